"""Freezes: what two departments agree to leave out, and how it comes to their open tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FREEZES = sa.text("name IN ('freeze_ruled', 'freeze_withdrawn')")


def upgrade() -> None:
    op.create_table(
        "pair_freeze",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("offering_ids", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_for", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_for", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_freeze")),
    )
    op.create_index("ix_pair_freeze_created_at_id", "pair_freeze", ["created_at", "id"])
    op.create_index("ix_pair_freeze_customer", "pair_freeze", ["customer_department_id", "created_at", "id"])
    op.create_index("ix_pair_freeze_provider", "pair_freeze", ["provider_department_id", "created_at", "id"])
    op.create_index(
        "ix_pair_freeze_agreed",
        "pair_freeze",
        ["customer_department_id", "provider_department_id"],
        postgresql_where=sa.text("agreed_at IS NOT NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "freeze_signature",
        sa.Column("freeze_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["freeze_id"], ["pair_freeze.id"], name=op.f("fk_freeze_signature_freeze_id_pair_freeze")
        ),
        sa.PrimaryKeyConstraint("freeze_id", "side", name=op.f("pk_freeze_signature")),
        sa.UniqueConstraint("freeze_id", "person_id", name=op.f("uq_freeze_signature_freeze_id_person_id")),
    )
    op.execute("REVOKE UPDATE, DELETE ON freeze_signature FROM acuerdo_requests")
    op.create_table(
        "freeze_job",
        sa.Column("freeze_id", sa.Uuid(), nullable=False),
        sa.Column("is_withdrawal", sa.Boolean(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.Column("ruled", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["freeze_id"], ["pair_freeze.id"], name=op.f("fk_freeze_job_freeze_id_pair_freeze")),
        sa.PrimaryKeyConstraint("freeze_id", "is_withdrawal", name=op.f("pk_freeze_job")),
    )
    op.create_index(
        "ix_freeze_job_waiting", "freeze_job", ["created_at", "freeze_id"], postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_index(
        "ix_ticket_event_freeze",
        "ticket_event",
        [sa.text("(payload ->> 'freeze_id')"), "ticket_id"],
        postgresql_where=FREEZES,
    )
    # A proposal concerns no ticket: only what is agreed or withdrawn changes what new ones pin.
    op.execute(
        "CREATE TRIGGER renew_catalogue_generation AFTER UPDATE OF agreed_at, withdrawn_at ON pair_freeze"
        " FOR EACH ROW EXECUTE FUNCTION renew_catalogue_generation()"
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_event_freeze", table_name="ticket_event")
    for table in ("freeze_job", "freeze_signature", "pair_freeze"):
        op.drop_table(table)
