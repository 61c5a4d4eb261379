"""Tickets: their events, and what the fold says of them; events are appended and never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE ticket_key_number START 1000")
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("offering_version", sa.Integer(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=True),
        sa.Column("beneficiary_id", sa.Uuid(), nullable=True),
        sa.Column("participants", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("promised_priority", sa.String(), nullable=False),
        sa.Column("needed_by", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("agreement_version_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("external_refs", postgresql.JSONB(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("folded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("key", name=op.f("uq_ticket_key")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_ticket_source_source_key")),
    )
    op.create_index("ix_ticket_beneficiary", "ticket", ["beneficiary_id", "created_at", "id"])
    op.create_index("ix_ticket_created_at_id", "ticket", ["created_at", "id"])
    op.create_index("ix_ticket_customer", "ticket", ["customer_department_id", "created_at", "id"])
    op.create_index("ix_ticket_participants", "ticket", ["participants"], postgresql_using="gin")
    op.create_index("ix_ticket_provider", "ticket", ["provider_department_id", "created_at", "id"])
    op.create_index("ix_ticket_requester", "ticket", ["requester_id", "created_at", "id"])
    op.create_table(
        "ledger_interval",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("also", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("wall", sa.Interval(), nullable=True),
        sa.Column("working", sa.Interval(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_ledger_interval_forward")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ledger_interval_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "position", name=op.f("pk_ledger_interval")),
    )
    op.create_table(
        "ticket_clock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("target", sa.Interval(), nullable=True),
        sa.Column("elapsed", sa.Interval(), nullable=False),
        sa.Column("remaining", sa.Interval(), nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("breached_at", INSTANT, nullable=True),
        sa.Column("no_due_reason", sa.String(), nullable=True),
        sa.Column("next_fire_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_clock_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_clock")),
        sa.UniqueConstraint("ticket_id", "clock", "cycle", name=op.f("uq_ticket_clock_ticket_id_clock_cycle")),
    )
    op.create_index(
        "ix_ticket_clock_due", "ticket_clock", ["next_fire_at"], postgresql_where=sa.text("next_fire_at IS NOT NULL")
    )
    op.create_table(
        "ticket_event",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("source_order", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_event_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "sequence", name=op.f("pk_ticket_event")),
        sa.UniqueConstraint("id", name=op.f("uq_ticket_event_id")),
        sa.UniqueConstraint("ticket_id", "source_key", name=op.f("uq_ticket_event_ticket_id_source_key")),
    )
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("is_waited_for", sa.Boolean(), nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_link_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
    )
    op.create_index("ix_ticket_link_department", "ticket_link", ["department_id", "ticket_id"])
    op.create_index(op.f("ix_ticket_link_ticket_id"), "ticket_link", ["ticket_id"])
    op.execute("REVOKE UPDATE, DELETE ON ticket_event FROM acuerdo_requests")


def downgrade() -> None:
    for table in ("ticket_link", "ticket_event", "ticket_clock", "ledger_interval", "ticket"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE ticket_key_number")
