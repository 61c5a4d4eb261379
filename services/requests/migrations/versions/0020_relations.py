"""Tickets are related to tickets; a relation is ended and never changed otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ticket_relation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("is_merge", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_relation_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_ticket_relation_other_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_relation")),
    )
    still = sa.text("ended_at IS NULL")
    once = ["ticket_id", "kind", "other_id"]
    op.create_index("ix_ticket_relation_once", "ticket_relation", once, unique=True, postgresql_where=still)
    op.create_index("ix_ticket_relation_other", "ticket_relation", ["other_id"], postgresql_where=still)
    op.execute("REVOKE UPDATE, DELETE ON ticket_relation FROM acuerdo_requests")
    op.execute("GRANT UPDATE (ended_by, ended_at) ON ticket_relation TO acuerdo_requests")


def downgrade() -> None:
    op.drop_table("ticket_relation")
