"""What is decided afterwards: contests, exclusions, and what clocks come to with them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AFTER: dict[str, Any] = {
    "state_after": sa.String(),
    "due_at_after": INSTANT,
    "breached_at_after": INSTANT,
    "decided_at_after": INSTANT,
    "is_best_effort_after": sa.Boolean(),
}
APPENDED = ("contest_decision", "contest", "exclusion_decision", "exclusion")


def upgrade() -> None:
    for name, kind in AFTER.items():
        op.add_column("ticket_clock", sa.Column(name, kind, nullable=True))
    op.create_index(
        "ix_ticket_clock_after", "ticket_clock", ["ticket_id"], postgresql_where=sa.text("state_after IS NOT NULL")
    )
    _keep_contests()
    _keep_exclusions()
    for table in APPENDED:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM acuerdo_requests")


def _keep_contests() -> None:
    op.create_table(
        "contest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_contest_forward")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_contest_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest")),
    )
    op.create_index("ix_contest_ticket", "contest", ["ticket_id", "created_at", "id"])
    op.create_table(
        "contest_decision",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_contest_decision_contest_id_contest")),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_contest_decision")),
    )


def _keep_exclusions() -> None:
    op.create_table(
        "exclusion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("offering_ids", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_for", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_exclusion_forward")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_exclusion_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    op.create_index("ix_exclusion_created_at_id", "exclusion", ["created_at", "id"])
    op.create_index("ix_exclusion_customer", "exclusion", ["customer_department_id", "created_at", "id"])
    op.create_index("ix_exclusion_provider", "exclusion", ["provider_department_id", "created_at", "id"])
    reference = ["exclusion_id"], ["exclusion.id"]
    op.create_table(
        "exclusion_decision",
        sa.Column("exclusion_id", sa.Uuid(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_for", sa.String(), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(*reference, name=op.f("fk_exclusion_decision_exclusion_id_exclusion")),
        sa.PrimaryKeyConstraint("exclusion_id", name=op.f("pk_exclusion_decision")),
    )
    op.create_table(
        "exclusion_job",
        sa.Column("exclusion_id", sa.Uuid(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(*reference, name=op.f("fk_exclusion_job_exclusion_id_exclusion")),
        sa.PrimaryKeyConstraint("exclusion_id", name=op.f("pk_exclusion_job")),
    )
    op.create_index(
        "ix_exclusion_job_waiting",
        "exclusion_job",
        ["created_at", "exclusion_id"],
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("exclusion_job")
    for table in APPENDED:
        op.drop_table(table)
    op.drop_index("ix_ticket_clock_after", table_name="ticket_clock")
    for name in AFTER:
        op.drop_column("ticket_clock", name)
