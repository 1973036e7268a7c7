"""What those who run the network can do from the same chat."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.admin import audience, audit, broadcasts, drafts, newsletter, preview, sending, staff


def router() -> Router:
    """Everything the staff can do, each route with who may."""
    whole = Router()
    for feature in (newsletter, drafts, audience, preview, sending, broadcasts, staff, audit):
        whole.include(feature.router)
    return whole
