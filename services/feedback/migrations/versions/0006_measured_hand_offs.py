"""What promises about hand-offs have come to, as interactions count them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COUNTS = ("provider_met", "provider_missed", "customer_met", "customer_missed")


def upgrade() -> None:
    op.create_table(
        "measured_hand_off",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_measured_hand_off")),
    )


def downgrade() -> None:
    for name in COUNTS:
        op.execute(
            f"UPDATE interaction i SET {name} = i.{name} - gone.n FROM ("
            f"SELECT customer_department_id, provider_department_id, sum({name}) AS n FROM measured_hand_off GROUP BY 1, 2"
            ") AS gone WHERE i.customer_department_id = gone.customer_department_id"
            " AND i.provider_department_id = gone.provider_department_id"
        )
    op.drop_table("measured_hand_off")
