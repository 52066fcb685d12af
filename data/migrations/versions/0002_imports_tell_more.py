"""Imports tell more, and books have more facts and know whose they are"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('column_mappings',
    sa.Column('seller_id', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['seller_id'], ['shops.seller_id'], name=op.f('fk_column_mappings_seller_id')),
    sa.PrimaryKeyConstraint('seller_id', 'form', name=op.f('pk_column_mappings'))
    )
    op.create_table('fact_differences',
    sa.Column('book_id', sa.Integer(), nullable=False),
    sa.Column('seller_id', sa.Integer(), nullable=False),
    sa.Column('fact', sa.String(), nullable=False),
    sa.Column('told', sa.String(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['book_id'], ['books.id'], name=op.f('fk_fact_differences_book_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_fact_differences_import_id')),
    sa.ForeignKeyConstraint(['seller_id'], ['shops.seller_id'], name=op.f('fk_fact_differences_seller_id')),
    sa.PrimaryKeyConstraint('book_id', 'seller_id', 'fact', name=op.f('pk_fact_differences'))
    )
    with op.batch_alter_table('fact_differences', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_differences_at'), ['at'], unique=False)

    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.add_column(sa.Column('binding', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('age', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('volume', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('facts_from', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_books_facts_from'), 'shops', ['facts_from'], ['seller_id'])

    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mapping', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('default_stock', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('progress', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('is_whole', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('problem_counts', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('warning_counts', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('preview', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('columns', sa.JSON(), nullable=True))
        batch_op.alter_column('size',
               existing_type=sa.INTEGER(),
               type_=sa.BigInteger(),
               existing_nullable=False)

    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_offers_seller_id'))

    with op.batch_alter_table('import_changes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('at', sa.DateTime(timezone=True), nullable=True))
    op.execute(
        'UPDATE import_changes SET at = (SELECT coalesce(ended_at, uploaded_at) FROM imports'
        ' WHERE imports.id = import_changes.import_id)'
    )
    with op.batch_alter_table('import_changes', schema=None) as batch_op:
        batch_op.alter_column('at', nullable=False)

    # Those of a book without an ISBN are its seller's, those of another whose offer came first.
    op.execute(
        'UPDATE books SET facts_from = coalesce(own_seller_id,'
        ' (SELECT seller_id FROM offers WHERE book_id = books.id ORDER BY id LIMIT 1))'
    )


def downgrade() -> None:
    with op.batch_alter_table('import_changes', schema=None) as batch_op:
        batch_op.drop_column('at')

    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offers_seller_id'), ['seller_id'], unique=False)

    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.alter_column('size',
               existing_type=sa.BigInteger(),
               type_=sa.INTEGER(),
               existing_nullable=False)
        batch_op.drop_column('columns')
        batch_op.drop_column('preview')
        batch_op.drop_column('warning_counts')
        batch_op.drop_column('problem_counts')
        batch_op.drop_column('is_whole')
        batch_op.drop_column('progress')
        batch_op.drop_column('default_stock')
        batch_op.drop_column('mapping')

    with op.batch_alter_table('books', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_books_facts_from'), type_='foreignkey')
        batch_op.drop_column('facts_from')
        batch_op.drop_column('volume')
        batch_op.drop_column('age')
        batch_op.drop_column('binding')

    with op.batch_alter_table('fact_differences', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fact_differences_at'))

    op.drop_table('fact_differences')
    op.drop_table('column_mappings')
