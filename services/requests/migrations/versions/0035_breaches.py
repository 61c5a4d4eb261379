"""Dossiers of breaches, and what both sides say in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "breach",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=True),
        sa.Column("provider_department_id", sa.Uuid(), nullable=True),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("breached_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_breach_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    op.create_index("ix_breach_breached_at_id", "breach", ["breached_at", "id"])
    op.create_index("ix_breach_provider", "breach", ["provider_department_id", "breached_at", "id"])
    op.create_index("ix_breach_customer", "breach", ["customer_department_id", "breached_at", "id"])
    op.create_table(
        "breach_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("breach_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breach_entry_breach_id_breach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_entry")),
    )
    op.create_index("ix_breach_entry_breach", "breach_entry", ["breach_id", "created_at", "id"])
    op.execute("REVOKE UPDATE, DELETE ON breach_entry FROM acuerdo_requests")


def downgrade() -> None:
    op.drop_table("breach_entry")
    op.drop_table("breach")
