"""Live events: every event of a ticket is a change that listeners hear of, kept for a while for those who come back."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# The ticket's row is as the same statement leaves it. The notice arrives when the writer has committed.
FUNCTION = """
CREATE FUNCTION tell_of_ticket_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO ticket_change (
        xid, told_at, ticket_id, event_id, sequence, kind, name, is_internal, version, state, recorded_at
    )
    SELECT pg_current_xact_id()::text::bigint, statement_timestamp(), e.ticket_id, e.id, e.sequence, e.kind, e.name,
        COALESCE(e.payload ->> 'visibility' = 'internal', false), t.version, t.state, e.recorded_at
    FROM added e JOIN ticket t ON t.id = e.ticket_id ORDER BY e.ticket_id, e.sequence;
    PERFORM pg_notify('ticket_change', '');
    RETURN NULL;
END $$
"""
TRIGGER = (
    "CREATE TRIGGER tell_of_ticket_events AFTER INSERT ON ticket_event REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_of_ticket_events()"
)


def upgrade() -> None:
    op.create_table(
        "ticket_change",
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("xid", "position", name=op.f("pk_ticket_change")),
    )
    op.execute("REVOKE UPDATE ON ticket_change FROM acuerdo_requests")
    op.create_table(
        "ticket_change_floor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_change_floor")),
    )
    op.execute("INSERT INTO ticket_change_floor (id, xid) VALUES (1, pg_current_xact_id()::text::bigint)")
    op.execute("REVOKE INSERT, DELETE ON ticket_change_floor FROM acuerdo_requests")
    op.execute(FUNCTION)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_of_ticket_events ON ticket_event")
    op.execute("DROP FUNCTION tell_of_ticket_events()")
    op.drop_table("ticket_change_floor")
    op.drop_table("ticket_change")
