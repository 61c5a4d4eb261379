"""What each round of a ticket came to: when it was fulfilled and ended, for reports of flow and of lead times."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

# From the ledger: whatever follows a fulfilment, or time that is nobody's, begins a round. SQL knows no working time, so
# that of rounds of before stays out. A wait whose reason reads "fulfilled", and what was fulfilled, closed and reopened
# within one instant, is misread: `verify` tells it.
BACKFILL = """
WITH line AS (
    SELECT ticket_id, position, starts_at, reason, party = 'none' AS is_over,
        party = 'none' OR (party = 'customer' AND reason = 'fulfilled') AS is_done
    FROM ledger_interval WHERE party <> 'approver'
), placed AS (
    SELECT *, COALESCE(lag(is_done) OVER of_ticket AND NOT is_done, true) AS begins
    FROM line WINDOW of_ticket AS (PARTITION BY ticket_id ORDER BY position)
), numbered AS (
    SELECT *, sum(begins::int) OVER (PARTITION BY ticket_id ORDER BY position) AS number FROM placed
), told AS (
    SELECT ticket_id, number, min(starts_at) AS began_at, min(starts_at) FILTER (WHERE is_done AND NOT is_over) AS done_at,
        min(starts_at) FILTER (WHERE is_over) AS over_at, max(reason) FILTER (WHERE is_over) AS over_as,
        number = max(number) OVER (PARTITION BY ticket_id) AS is_latest
    FROM numbered GROUP BY ticket_id, number
), ended AS (
    SELECT told.*, CASE WHEN is_latest THEN t.ended_at ELSE over_at END AS ended_at,
        CASE WHEN NOT is_latest THEN over_as WHEN t.ended_at IS NOT NULL THEN t.state END AS ended_as
    FROM told JOIN ticket t ON t.id = told.ticket_id
)
INSERT INTO ticket_round (ticket_id, number, began_at, fulfilled_at, ended_at, ended_as)
SELECT ticket_id, number, began_at, COALESCE(done_at, CASE WHEN ended_as = 'closed' THEN ended_at END), ended_at, ended_as
FROM ended WHERE number > 1 OR done_at IS NOT NULL OR ended_at IS NOT NULL
UNION ALL
SELECT id, 0, ended_at, NULL, ended_at, state FROM ticket WHERE ended_at IS NOT NULL AND submitted_at IS NULL
"""


def upgrade() -> None:
    op.create_table(
        "ticket_round",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("fulfilled_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("working", sa.Interval(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_round_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_ticket_round")),
    )
    op.execute(BACKFILL)
    op.create_index(
        "ix_ticket_round_fulfilled",
        "ticket_round",
        ["fulfilled_at"],
        postgresql_include=["number", "began_at", "working", "ticket_id"],
        postgresql_where=sa.text("fulfilled_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_round_ended",
        "ticket_round",
        ["ended_at"],
        postgresql_include=["ended_as", "ticket_id"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_round_reopened",
        "ticket_round",
        ["began_at"],
        postgresql_include=["ticket_id"],
        postgresql_where=sa.text("number > 1"),
    )
    op.create_index("ix_ticket_link_accepted", "ticket_link", ["accepted_at"], postgresql_include=["ticket_id"])
    op.create_index(
        "ix_ticket_link_moved_back",
        "ticket_link",
        ["ended_at"],
        postgresql_include=["outcome", "ticket_id"],
        postgresql_where=sa.text("outcome IN ('bounced', 'returned')"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_link_moved_back", table_name="ticket_link")
    op.drop_index("ix_ticket_link_accepted", table_name="ticket_link")
    op.drop_table("ticket_round")
