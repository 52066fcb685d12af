"""Beside each new book less is written (two indexes and a reference that nothing needs), and a
parcel knows until when it should be sent"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'

HAS_OWN_KEY = sa.text('own_key IS NOT NULL')
TO_SEND = timedelta(days=3)

parcels = sa.table('parcels', sa.column('id'), sa.column('state'),
                   sa.column('reminded_at', sa.DateTime(timezone=True)),
                   sa.column('send_by', sa.DateTime(timezone=True)))
events = sa.table('order_events', sa.column('parcel_id'), sa.column('what'),
                  sa.column('at', sa.DateTime(timezone=True)))


def upgrade() -> None:
    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_books_own_seller_id_own_key'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_books_created_at'))
    op.create_index('uq_books_own_seller_id_own_key', 'books', ['own_seller_id', 'own_key'],
                    unique=True, sqlite_where=HAS_OWN_KEY, postgresql_where=HAS_OWN_KEY)
    with op.batch_alter_table('stock_movements', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_movements_offer_id'), type_='foreignkey')
    with op.batch_alter_table('parcels', schema=None) as batch_op:
        batch_op.add_column(sa.Column('send_by', sa.DateTime(timezone=True), nullable=True))
    _fill_send_by()


def _fill_send_by() -> None:
    """What was reminded of confirming is still to be reminded of sending."""
    connection = op.get_bind()
    confirmed = parcels.c.state == 'confirmed'
    connection.execute(
        sa.update(parcels).where(confirmed)
        .values(reminded_at=None, send_by=datetime.now(UTC) + TO_SEND)
    )
    known = connection.execute(
        sa.select(parcels.c.id, sa.func.max(events.c.at))
        .join_from(parcels, events, events.c.parcel_id == parcels.c.id)
        .where(confirmed, events.c.what == 'ParcelConfirmed')
        .group_by(parcels.c.id)
    ).all()
    for parcel, at in known:
        connection.execute(
            sa.update(parcels).where(parcels.c.id == parcel).values(send_by=at + TO_SEND)
        )


def downgrade() -> None:
    with op.batch_alter_table('parcels', schema=None) as batch_op:
        batch_op.drop_column('send_by')
    with op.batch_alter_table('stock_movements', schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f('fk_stock_movements_offer_id'), 'offers', ['offer_id'], ['id'])
    op.drop_index('uq_books_own_seller_id_own_key', table_name='books')
    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_books_created_at'), ['created_at'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_books_own_seller_id_own_key'), ['own_seller_id', 'own_key'])
