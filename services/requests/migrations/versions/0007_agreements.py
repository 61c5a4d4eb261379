"""Agreements: versions, signatures and terminations that never change, and which dates a version covers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("agreement_version", "agreement_signature", "agreement_termination")


def upgrade() -> None:
    # equality of ids and texts beside overlapping ranges in one constraint; trusted, so that the owner may have it
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _make_agreements()
    _make_what_sides_did()
    _make_coverage()
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM acuerdo_requests")


def downgrade() -> None:
    for table in ("agreement_coverage", "agreement_termination", "agreement_signature", "agreement_version"):
        op.drop_table(table)
    op.drop_table("agreement")
    op.execute("DROP EXTENSION btree_gist")


def _make_agreements() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("latest_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index("ix_agreement_created_at_id", "agreement", ["created_at", "id"])
    op.create_index("ix_agreement_customer", "agreement", ["customer_department_id", "created_at", "id"])
    op.create_index("ix_agreement_provider", "agreement", ["provider_department_id", "created_at", "id"])
    op.create_table(
        "agreement_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_for", sa.String(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_version_agreement_id_agreement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_version")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_agreement_version_agreement_id_number")),
    )


def _make_what_sides_did() -> None:
    op.create_table(
        "agreement_signature",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        _to_version("agreement_signature"),
        sa.PrimaryKeyConstraint("agreement_id", "number", "side", name=op.f("pk_agreement_signature")),
        sa.UniqueConstraint(
            "agreement_id", "number", "person_id", name=op.f("uq_agreement_signature_agreement_id_number_person_id")
        ),
    )
    op.create_table(
        "agreement_termination",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.Column("terminated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_termination_agreement_id_agreement")
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreement_termination")),
    )


def _make_coverage() -> None:
    op.create_table(
        "agreement_coverage",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        _to_version("agreement_coverage"),
        sa.PrimaryKeyConstraint(
            "agreement_id", "number", "offering_id", "priority", name=op.f("pk_agreement_coverage")
        ),
        postgresql.ExcludeConstraint(
            ("customer_department_id", "="),
            ("provider_department_id", "="),
            ("offering_id", "="),
            ("priority", "="),
            ("during", "&&"),
            name="agreement_covers_once",
            using="gist",
        ),
    )
    op.create_index(op.f("ix_agreement_coverage_offering_id"), "agreement_coverage", ["offering_id"])
    op.execute(
        "CREATE TRIGGER renew_catalogue_generation AFTER INSERT OR UPDATE OR DELETE ON agreement_coverage"
        " FOR EACH STATEMENT EXECUTE FUNCTION renew_catalogue_generation()"
    )


def _to_version(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agreement_id", "number"],
        ["agreement_version.agreement_id", "agreement_version.number"],
        name=op.f(f"fk_{table}_agreement_id_number_agreement_version"),
    )
