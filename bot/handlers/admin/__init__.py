"""What those who run the network can do from the same chat."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.admin import (
    after,
    approval,
    audience,
    audit,
    broadcasts,
    calls,
    declarations,
    drafts,
    events,
    limits,
    newsletter,
    pace,
    preview,
    schedules,
    scheduling,
    sending,
    staff,
    surveys,
    unreachable,
)


def router() -> Router:
    """Everything the staff can do, each route with who may."""
    whole = Router()
    writing = (newsletter, drafts, audience, limits, preview, calls, events, schedules, surveys, declarations)
    for feature in (*writing, sending, scheduling, approval, broadcasts, pace, after, unreachable, staff, audit):
        whole.include(feature.router)
    return whole
