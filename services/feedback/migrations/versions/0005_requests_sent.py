"""Each request that a person got, in a row of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_sent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("fulfilment_version", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_sent")),
    )
    op.create_index("ix_request_sent_person", "request_sent", ["person_id", "sent_at"])
    op.create_index("ix_request_sent_fulfilment", "request_sent", ["ticket_id", "cycle", "fulfilment_version"])
    # What was sent before an invitation was issued again is not known any more.
    op.execute(
        "INSERT INTO request_sent SELECT i.id, i.id, i.person_id, i.ticket_id, i.cycle, f.version, i.issued_at"
        " FROM invitation i JOIN fulfilment f USING (ticket_id, cycle)"
    )
    op.execute("REVOKE UPDATE, DELETE ON request_sent FROM acuerdo_feedback")


def downgrade() -> None:
    op.drop_table("request_sent")
