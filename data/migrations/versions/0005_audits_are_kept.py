"""What the audits say is kept; webhooks are kept as they came; a transfer knows it was asked for"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'

NOT_DONE = sa.text("state <> 'done'")


def upgrade() -> None:
    op.create_table('audits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('holds', sa.Boolean(), nullable=False),
    sa.Column('verdicts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audits'))
    )
    with op.batch_alter_table('audits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audits_at'), ['at'], unique=False)

    with op.batch_alter_table('billing_events', schema=None) as batch_op:
        batch_op.alter_column('body', existing_type=sa.JSON(), type_=sa.String(),
                              existing_nullable=False, postgresql_using='body::text')

    op.create_index('ix_deliveries_not_done', 'deliveries', ['message_id'], unique=False,
                    sqlite_where=NOT_DONE, postgresql_where=NOT_DONE)

    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True))
    # Of those under way nobody knows any more whether billing was asked: most likely it was.
    op.execute("UPDATE transfers SET asked_at = made_at WHERE state = 'due'")


def downgrade() -> None:
    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.drop_column('asked_at')
    op.drop_index('ix_deliveries_not_done', table_name='deliveries')
    with op.batch_alter_table('billing_events', schema=None) as batch_op:
        batch_op.alter_column('body', existing_type=sa.String(), type_=sa.JSON(),
                              existing_nullable=False, postgresql_using='body::json')
    op.drop_table('audits')
