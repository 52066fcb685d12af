"""Beside each new book less is written: two indexes and a reference that nothing needs"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'

HAS_OWN_KEY = sa.text('own_key IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_books_own_seller_id_own_key'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_books_created_at'))
    op.create_index('uq_books_own_seller_id_own_key', 'books', ['own_seller_id', 'own_key'],
                    unique=True, sqlite_where=HAS_OWN_KEY, postgresql_where=HAS_OWN_KEY)
    with op.batch_alter_table('stock_movements', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_movements_offer_id'), type_='foreignkey')


def downgrade() -> None:
    with op.batch_alter_table('stock_movements', schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f('fk_stock_movements_offer_id'), 'offers', ['offer_id'], ['id'])
    op.drop_index('uq_books_own_seller_id_own_key', table_name='books')
    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_books_created_at'), ['created_at'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_books_own_seller_id_own_key'), ['own_seller_id', 'own_key'])
