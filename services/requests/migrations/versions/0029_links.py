"""Each hand-off is a small ticket: clocks and a ledger of its own, under its own promise, and an offer that lapses."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DECIDED = ["clock", "side", "objective", "refuted_by", "state", "is_best_effort", "ticket_id"]
UNDECIDED = ["clock", "side", "state", "started_at", "due_at", "is_best_effort", "objective", "refuted_by"]
ROUNDS = ["side", "state", "started_at", "stopped_at", "due_at", "breached_at", "decided_at", "objective", "refuted_by"]
WAKE_UP = (
    "CREATE TRIGGER wake_up_firing AFTER INSERT OR UPDATE OF lapses_at ON ticket_link FOR EACH ROW"
    " WHEN (NEW.lapses_at < statement_timestamp() + interval '15 seconds') EXECUTE FUNCTION wake_up_firing()"
)


def upgrade() -> None:
    for column in ("customer_department_id", "offering_id", "agreement_version_id"):
        op.add_column("ticket_link", sa.Column(column, sa.Uuid(), nullable=True))
    op.add_column("ticket_link", sa.Column("lapses_at", INSTANT, nullable=True))
    op.execute(
        "UPDATE ticket_link k SET customer_department_id = CASE WHEN k.parent_id IS NULL THEN t.provider_department_id"
        " ELSE (SELECT p.department_id FROM ticket_link p WHERE p.id = k.parent_id) END"
        " FROM ticket t WHERE t.id = k.ticket_id"
    )
    op.create_index("ix_ticket_link_customer", "ticket_link", ["customer_department_id"])
    op.create_index(
        "ix_ticket_link_lapses_at", "ticket_link", ["lapses_at"], postgresql_where=sa.text("lapses_at IS NOT NULL")
    )
    op.create_index(
        "ix_ticket_link_agreement",
        "ticket_link",
        ["agreement_version_id", "offering_id", "offered_at"],
        postgresql_where=sa.text("agreement_version_id IS NOT NULL"),
    )
    op.execute(WAKE_UP)
    op.add_column("ticket_clock", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.drop_constraint("uq_ticket_clock_ticket_id_clock_cycle", "ticket_clock")
    op.create_unique_constraint(
        op.f("uq_ticket_clock_ticket_id_link_id_clock_cycle"),
        "ticket_clock",
        ["ticket_id", "link_id", "clock", "cycle"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "ix_ticket_clock_link", "ticket_clock", ["link_id"], postgresql_where=sa.text("link_id IS NOT NULL")
    )
    _index_for_reports("link_id")
    op.create_table(
        "link_interval",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("also", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("wall", sa.Interval(), nullable=True),
        sa.Column("working", sa.Interval(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_link_interval_forward")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_link_interval_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("link_id", "position", name=op.f("pk_link_interval")),
    )
    op.create_index(op.f("ix_link_interval_ticket_id"), "link_interval", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("link_interval")
    op.drop_index("ix_ticket_clock_link", table_name="ticket_clock")
    op.execute("DELETE FROM ticket_clock WHERE link_id IS NOT NULL")
    op.drop_constraint("uq_ticket_clock_ticket_id_link_id_clock_cycle", "ticket_clock")
    op.create_unique_constraint(
        op.f("uq_ticket_clock_ticket_id_clock_cycle"), "ticket_clock", ["ticket_id", "clock", "cycle"]
    )
    _index_for_reports()
    op.drop_column("ticket_clock", "link_id")
    op.execute("DROP TRIGGER wake_up_firing ON ticket_link")
    op.drop_index("ix_ticket_link_agreement", table_name="ticket_link")
    op.drop_index("ix_ticket_link_lapses_at", table_name="ticket_link")
    op.drop_index("ix_ticket_link_customer", table_name="ticket_link")
    for column in ("lapses_at", "agreement_version_id", "offering_id", "customer_department_id"):
        op.drop_column("ticket_link", column)


def _index_for_reports(*more: str) -> None:
    for name, columns, include, where in (
        ("ix_ticket_clock_decided", ["decided_at"], DECIDED, "decided_at IS NOT NULL"),
        ("ix_ticket_clock_undecided", ["ticket_id"], UNDECIDED, "decided_at IS NULL"),
        ("ix_ticket_clock_rounds", ["ticket_id", "clock", "round"], ROUNDS, "clock IN ('update', 'reply')"),
    ):
        op.drop_index(name, table_name="ticket_clock")
        op.create_index(
            name, "ticket_clock", columns, postgresql_include=[*include, *more], postgresql_where=sa.text(where)
        )
