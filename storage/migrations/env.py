"""Alembic's entry: runs the one history on the connection it is given."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.base import Json, Moment
from storage.tables import metadata


def named(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types by the names migrations import."""
    if kind != "type":
        return False
    if isinstance(item, Moment):
        autogen.imports.add("from storage.base import Moment")
        return "Moment()"
    if item is Json:
        autogen.imports.add("from storage.base import Json")
        return "Json"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=named,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
