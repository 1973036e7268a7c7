"""windows, bells and two channels."""

import sqlalchemy as sa
from alembic import op
from storage.base import Moment
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('carried_files',
    sa.Column('remote', sa.String(length=256), nullable=False),
    sa.Column('stored', sa.String(length=80), nullable=False),
    sa.Column('failure', sa.String(length=16), nullable=False),
    sa.Column('tries', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', Moment(), nullable=False),
    sa.Column('again_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('remote', name=op.f('pk_carried_files'))
    )
    op.create_table('link_codes',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_link_codes_member_id_members'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_link_codes')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_link_codes_code_hash'))
    )
    op.create_table('link_tries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('address_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_link_tries_address_id_addresses'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link_tries'))
    )
    with op.batch_alter_table('link_tries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_tries_address_id'), ['address_id'], unique=False)

    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('phone', sa.String(length=32), server_default='', nullable=False))
        batch_op.add_column(sa.Column('rung_at', Moment(), nullable=True))
        batch_op.add_column(sa.Column('shut_at', Moment(), nullable=True))
        batch_op.create_index('ix_addresses_phone', ['channel', 'phone'], unique=False, sqlite_where=sa.text("phone != ''"), postgresql_where=sa.text("phone != ''"))
        batch_op.create_index('ix_addresses_rung', ['channel', 'rung_at'], unique=False, sqlite_where=sa.text('rung_at IS NOT NULL'), postgresql_where=sa.text('rung_at IS NOT NULL'))

    with op.batch_alter_table('broadcasts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('expires_at', Moment(), nullable=True))

    with op.batch_alter_table('members', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('fallback', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tried_at', Moment(), nullable=True))
        batch_op.add_column(sa.Column('carrier', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('follows', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('rung_at', Moment(), nullable=True))
        batch_op.add_column(sa.Column('bell_id', sa.String(length=128), server_default='', nullable=False))
        batch_op.add_column(sa.Column('expires_at', Moment(), nullable=True))
        batch_op.create_index('ix_outbox_held', ['broadcast_id'], unique=False, sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))
        batch_op.create_index('ix_outbox_held_expires_at', ['expires_at'], unique=False, sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))



def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_held_expires_at', sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))
        batch_op.drop_index('ix_outbox_held', sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))
        batch_op.drop_column('expires_at')
        batch_op.drop_column('bell_id')
        batch_op.drop_column('rung_at')
        batch_op.drop_column('follows')
        batch_op.drop_column('carrier')
        batch_op.drop_column('tried_at')

    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.drop_column('fallback')

    with op.batch_alter_table('broadcasts', schema=None) as batch_op:
        batch_op.drop_column('expires_at')

    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.drop_index('ix_addresses_rung', sqlite_where=sa.text('rung_at IS NOT NULL'), postgresql_where=sa.text('rung_at IS NOT NULL'))
        batch_op.drop_index('ix_addresses_phone', sqlite_where=sa.text("phone != ''"), postgresql_where=sa.text("phone != ''"))
        batch_op.drop_column('shut_at')
        batch_op.drop_column('rung_at')
        batch_op.drop_column('phone')

    with op.batch_alter_table('link_tries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_tries_address_id'))

    op.drop_table('link_tries')
    op.drop_table('link_codes')
    op.drop_table('carried_files')
