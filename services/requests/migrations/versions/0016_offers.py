"""Hand-offs are offered before they are accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket_link", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE ticket_link SET offered_at = accepted_at")
    op.alter_column("ticket_link", "offered_at", nullable=False)
    op.alter_column("ticket_link", "accepted_at", nullable=True)


def downgrade() -> None:
    op.execute("UPDATE ticket_link SET accepted_at = offered_at WHERE accepted_at IS NULL")
    op.alter_column("ticket_link", "accepted_at", nullable=False)
    op.drop_column("ticket_link", "offered_at")
