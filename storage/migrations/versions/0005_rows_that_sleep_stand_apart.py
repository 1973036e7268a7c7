"""rows that sleep stand apart."""

import sqlalchemy as sa
from alembic import op
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

LANE = ['broadcast_id', 'channel', 'not_before', 'id']
NAMES = ('ix_outbox_waiting', 'ix_outbox_digest', 'ix_outbox_held')


def upgrade() -> None:
    # A look for what wakes passes over nothing that is kept for digests, one for digests over nothing that is paused,
    # and the tick over nothing that is held.
    asleep = sa.text("state = 'queued' AND not_before IS NOT NULL AND reason != 'digest'")
    kept, held = sa.text("state = 'queued' AND reason = 'digest'"), sa.text("state = 'held'")
    for name in NAMES:
        op.drop_index(name, table_name='outbox')
    op.create_index('ix_outbox_waiting', 'outbox', LANE, unique=False, sqlite_where=asleep, postgresql_where=asleep)
    op.create_index('ix_outbox_digest', 'outbox', LANE, unique=False, sqlite_where=kept, postgresql_where=kept)
    op.create_index('ix_outbox_held', 'outbox', LANE[:2], unique=False, sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    asleep = sa.text("state = 'queued' AND not_before IS NOT NULL")
    kept, held = sa.text("state = 'queued' AND reason = 'digest'"), sa.text("state = 'held'")
    for name in NAMES:
        op.drop_index(name, table_name='outbox')
    op.create_index('ix_outbox_held', 'outbox', LANE[:1], unique=False, sqlite_where=held, postgresql_where=held)
    op.create_index('ix_outbox_digest', 'outbox', LANE[1:], unique=False, sqlite_where=kept, postgresql_where=kept)
    op.create_index('ix_outbox_waiting', 'outbox', LANE, unique=False, sqlite_where=sa.text('0'), postgresql_where=asleep)
