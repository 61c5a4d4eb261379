"""Reminders of an agreement's dates: each is told once."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement_reminder",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("falls_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_reminder_agreement_id_agreement")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "occasion", "falls_on", name=op.f("pk_agreement_reminder")),
    )
    op.execute("REVOKE UPDATE, DELETE ON agreement_reminder FROM acuerdo_requests")


def downgrade() -> None:
    op.drop_table("agreement_reminder")
