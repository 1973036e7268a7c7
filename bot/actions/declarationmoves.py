"""What becomes of a declaration that is open for signature: its end moves, or it is closed; its words stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.actions import appeals, declarations, publishing
from bot.network import Network
from storage.declarations import Declaration
from storage.members import Member
from storage.staff import record


def move_closing(session: Session, declaration: Declaration, until: datetime | None, actor: Member, network: Network,
                 now: datetime) -> None:  # fmt: skip
    """Let it end then; None for by hand. Its copies change in place, where the messenger can."""
    declaration.closes_at = until
    publishing.keep_until(session, declarations.ABOUT, declaration.id, until)
    appeals.show_anew(session, declaration, network, now)
    moment = until.isoformat() if until else ""
    record(session, now, actor.id, "declaration.until", declaration=declaration.id, moment=moment)
    session.flush()


def close(session: Session, declaration: Declaration, actor: Member, network: Network, now: datetime) -> None:
    """Nobody can sign it from now on. Messages that have not left are not sent."""
    record(session, now, actor.id, "declaration.close", declaration=declaration.id)
    publishing.keep_until(session, declarations.ABOUT, declaration.id, now)
    declarations.end(session, declaration, network, now)
    session.flush()
