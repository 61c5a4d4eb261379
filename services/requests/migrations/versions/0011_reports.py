"""When a clock was decided, and what reports count from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
INDEXES = ("ix_ticket_clock_decided", "ix_ticket_clock_undecided", "ix_ticket_clock_rounds")


def upgrade() -> None:
    op.add_column("ticket_clock", sa.Column("decided_at", INSTANT, nullable=True))
    op.execute(
        "UPDATE ticket_clock SET decided_at = COALESCE(breached_at, stopped_at)"
        " WHERE breached_at IS NOT NULL OR stopped_at IS NOT NULL"
    )
    op.create_index(
        "ix_ticket_clock_decided",
        "ticket_clock",
        ["decided_at"],
        postgresql_include=[
            "clock",
            "side",
            "state",
            "is_best_effort",
            "objective",
            "refuted_by",
            "ticket_id",
        ],
        postgresql_where=sa.text("decided_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_clock_undecided",
        "ticket_clock",
        ["ticket_id"],
        postgresql_include=[
            "clock",
            "side",
            "state",
            "started_at",
            "due_at",
            "is_best_effort",
            "objective",
            "refuted_by",
        ],
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_clock_rounds",
        "ticket_clock",
        ["ticket_id", "clock", "round"],
        postgresql_include=[
            "side",
            "state",
            "started_at",
            "stopped_at",
            "due_at",
            "breached_at",
            "decided_at",
            "objective",
            "refuted_by",
        ],
        postgresql_where=sa.text("clock IN ('update', 'reply')"),
    )


def downgrade() -> None:
    for index in reversed(INDEXES):
        op.drop_index(index, table_name="ticket_clock")
    op.drop_column("ticket_clock", "decided_at")
