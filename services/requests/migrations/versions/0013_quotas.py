"""Quotas count the tickets of an agreement in a period."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_agreement",
        "ticket",
        ["agreement_version_id", "offering_id", "created_at"],
        postgresql_where=sa.text("agreement_version_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_agreement", "ticket")
