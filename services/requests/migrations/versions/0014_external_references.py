"""Each reference to another system is on one ticket at most; of those noted twice so far the first ticket keeps it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_reference",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_reference_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("system", "external_id", name=op.f("pk_ticket_reference")),
    )
    op.create_index(op.f("ix_ticket_reference_ticket_id"), "ticket_reference", ["ticket_id"])
    op.execute("""
        INSERT INTO ticket_reference (system, external_id, ticket_id)
        SELECT r.system, r.id, t.id
        FROM ticket t, jsonb_to_recordset(t.external_refs) AS r(system text, id text)
        ORDER BY t.created_at, t.id ON CONFLICT DO NOTHING
    """)


def downgrade() -> None:
    op.drop_table("ticket_reference")
