"""Contests and exclusions of hand-offs: whose time it is that is disputed."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contest", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.add_column("exclusion", sa.Column("link_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("exclusion", "link_id")
    op.drop_column("contest", "link_id")
