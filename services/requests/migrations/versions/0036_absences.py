"""Copies of absences; and for whom somebody acted on a ticket, as a deputy."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_copy")),
    )
    op.create_index("ix_absence_copy_department", "absence_copy", ["department_id", "last_day"], unique=False)
    op.create_index("ix_absence_copy_person", "absence_copy", ["person_id", "last_day"], unique=False)
    op.create_index(op.f("ix_absence_copy_last_day"), "absence_copy", ["last_day"], unique=False)
    op.add_column("ticket_event", sa.Column("deputy_for", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket_event", "deputy_for")
    op.drop_table("absence_copy")
