"""Queues: what of a ticket is due first, and the indexes that hold open tickets in that order."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ORDER = (
    sa.text("COALESCE(next_due_at, '9999-12-31 00:00:00+00'::timestamp with time zone)"),
    sa.text("array_position('{urgent,high,normal,low}'::text[], priority::text)"),
)
TO_BE_DONE = sa.text("ended_at IS NULL AND state <> 'fulfilled'")
FILL = """
UPDATE ticket t SET next_due_at = first.due_at, next_due_clock = first.clock FROM (
    SELECT DISTINCT ON (ticket_id) ticket_id, due_at, clock FROM ticket_clock
    WHERE side = 'provider' AND state IN ('running', 'paused') AND due_at IS NOT NULL
    ORDER BY ticket_id, due_at
) AS first WHERE first.ticket_id = t.id
"""


def upgrade() -> None:
    op.add_column("ticket", sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("next_due_clock", sa.String(), nullable=True))
    op.execute(FILL)
    for column in ("assignee_id", "provider_department_id"):
        name = f"ix_ticket_queue_of_{column}"
        op.create_index(name, "ticket", [column, *ORDER, "id"], postgresql_where=TO_BE_DONE)
    op.create_index(
        "ix_ticket_link_open",
        "ticket_link",
        ["department_id", "ticket_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_link_open", "ticket_link")
    for column in ("provider_department_id", "assignee_id"):
        op.drop_index(f"ix_ticket_queue_of_{column}", "ticket")
    op.drop_column("ticket", "next_due_clock")
    op.drop_column("ticket", "next_due_at")
