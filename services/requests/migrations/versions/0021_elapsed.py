"""A calendar's version says whether open clocks keep the time that has elapsed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_version", sa.Column("elapsed", sa.String(), server_default="keep", nullable=False))


def downgrade() -> None:
    op.drop_column("calendar_version", "elapsed")
