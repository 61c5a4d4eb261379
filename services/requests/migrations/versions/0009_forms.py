"""Offerings get forms."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # json, not jsonb: the fields of a form stay in the order in which they were written.
    op.add_column("offering", sa.Column("form", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("offering", "form")
