"""Offerings have steps and responsibilities; tickets a checklist, in which what was noted stays."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("steps", "responsibilities"):
        empty = sa.text("'[]'")
        op.add_column("offering", sa.Column(name, postgresql.JSONB(), server_default=empty, nullable=False))
        op.alter_column("offering", name, server_default=None)
    op.create_table(
        "ticket_step",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_step_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "position", name=op.f("pk_ticket_step")),
    )
    op.execute("REVOKE UPDATE, DELETE ON ticket_step FROM acuerdo_requests")


def downgrade() -> None:
    op.drop_table("ticket_step")
    op.drop_column("offering", "responsibilities")
    op.drop_column("offering", "steps")
