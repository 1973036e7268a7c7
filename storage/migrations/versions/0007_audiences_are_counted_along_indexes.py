"""audiences are counted along indexes."""

import sqlalchemy as sa
from alembic import op
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

WRITABLE = sa.text('consented_at IS NOT NULL AND registered_at IS NOT NULL AND stopped_at IS NULL')
ASKED = ['language', 'region', 'country', 'ecosoc', 'digest']
REACHED = ['channel', 'unreachable', 'preferred']


def upgrade() -> None:
    op.create_index('ix_members_writable', 'members', ['id'], unique=False, sqlite_where=sa.text('0'), postgresql_where=WRITABLE, postgresql_include=ASKED)
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_index('ix_addresses_member_id', table_name='addresses')
        op.create_index('ix_addresses_member_id', 'addresses', ['member_id'], unique=False, postgresql_include=REACHED)


def downgrade() -> None:
    op.drop_index('ix_members_writable', table_name='members')
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_index('ix_addresses_member_id', table_name='addresses')
        op.create_index('ix_addresses_member_id', 'addresses', ['member_id'], unique=False)
