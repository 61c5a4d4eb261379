"""Interactions, and the tables of what is taken in."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_inbox"),
    )
    op.create_table(
        "dead_letter",
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_dead_letter"),
    )
    op.create_table(
        "interaction",
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
        sa.Column("first_ticket_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_ticket_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_department_id", "provider_department_id", name="pk_interaction"),
    )
    op.create_index("ix_interaction_provider", "interaction", ["provider_department_id", "customer_department_id"])


def downgrade() -> None:
    op.drop_table("interaction")
    op.drop_table("dead_letter")
    op.drop_table("inbox")
