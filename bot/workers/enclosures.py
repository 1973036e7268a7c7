"""A file that no text can stand beside is a message of its own, behind that of the text."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.core.channel import Channel
from bot.core.messages import Outbound
from bot.core.rendering import goes_ahead
from bot.workers.items import Item
from storage.outbox import enqueue


def with_file_behind(session: Session, item: Item, channel: Channel, now: datetime) -> Item:
    """The item without such a file, which is queued behind it, once; with any other, the item itself."""
    if not isinstance(item.outbound, Outbound) or not goes_ahead(item.outbound, channel.capabilities):
        return item
    row, file = item.row, item.outbound.having(text=Markup(), options=(), menu="", edit="")
    follower = {
        "key": f"file:{row.id}",
        "channel": channel.name,
        "address_id": row.address_id,
        "member_id": row.member_id,
        "language": row.language,
        "payload": file.to_json(),
        "follows": row.id,
        "created_at": now,
    }
    enqueue(session, [follower])
    return item._replace(outbound=item.outbound.having(attachment=None))
