"""Offerings ask for approval; tickets say whose they await."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "offering", sa.Column("approvals", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.alter_column("offering", "approvals", server_default=None)
    op.add_column("ticket", sa.Column("awaits_approval_of", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_ticket_awaits_approval",
        "ticket",
        ["awaits_approval_of", "created_at", "id"],
        postgresql_where=sa.text("awaits_approval_of IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_awaits_approval", "ticket")
    op.drop_column("ticket", "awaits_approval_of")
    op.drop_column("offering", "approvals")
