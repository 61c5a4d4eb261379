"""What promises and answers come to, per interaction."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTS = (
    "provider_met",
    "provider_missed",
    "customer_met",
    "customer_missed",
    "served",
    "asked",
    "answered",
    "scored",
    "score_sum",
    "satisfied",
)
TIMES = ("first_ticket_at", "last_ticket_at")


def upgrade() -> None:
    for name in COUNTS:
        op.add_column("interaction", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    for name in TIMES:
        op.alter_column("interaction", name, nullable=True)
    op.create_table(
        "measured_ticket",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS[:4]),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_measured_ticket")),
    )


def downgrade() -> None:
    op.drop_table("measured_ticket")
    op.execute("DELETE FROM interaction WHERE tickets = 0")
    for name in TIMES:
        op.alter_column("interaction", name, nullable=False)
    for name in reversed(COUNTS):
        op.drop_column("interaction", name)
