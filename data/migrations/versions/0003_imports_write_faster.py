"""Imports write less beside each book, and say when they were applied and who brought them"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_books_facts_from'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_books_category'))
        batch_op.drop_index(batch_op.f('ix_books_language'))

    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.create_index('ix_offers_seller_id_sku', ['seller_id', 'sku'], unique=False, sqlite_where=sa.text("sku <> ''"), postgresql_where=sa.text("sku <> ''"))

    with op.batch_alter_table('import_changes', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_import_changes_offer_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_import_changes_import_id'), type_='foreignkey')

    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('door', sa.String(length=20), nullable=False, server_default='dashboard')
        )
        batch_op.add_column(sa.Column('checked_as', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE imports SET applied_at = ended_at WHERE state = 'applied'")


def downgrade() -> None:
    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.drop_column('applied_at')
        batch_op.drop_column('checked_as')
        batch_op.drop_column('door')

    with op.batch_alter_table('import_changes', schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f('fk_import_changes_import_id'), 'imports', ['import_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_import_changes_offer_id'), 'offers', ['offer_id'], ['id'])

    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.drop_index('ix_offers_seller_id_sku', sqlite_where=sa.text("sku <> ''"), postgresql_where=sa.text("sku <> ''"))

    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_books_language'), ['language'], unique=False)
        batch_op.create_index(batch_op.f('ix_books_category'), ['category'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_books_facts_from'), 'shops', ['facts_from'], ['seller_id'])
