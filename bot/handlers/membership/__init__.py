"""How somebody becomes a member, and what the network knows about them: welcome, registration, profile, colleagues."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.membership import colleagues, profile, registration, start

router = Router()
router.include(start.router, registration.router, profile.router, colleagues.router)
