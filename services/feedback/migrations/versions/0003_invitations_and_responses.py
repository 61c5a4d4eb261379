"""Fulfilments, who was asked about them, and what they answered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "fulfilment",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("ticket_key", sa.String(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("offering_name", sa.Text(), nullable=False),
        sa.Column("agreement_version_id", sa.Uuid(), nullable=True),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("fulfilled_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("taken_back_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", "cycle", name=op.f("pk_fulfilment")),
    )
    op.create_index("ix_fulfilment_fulfilled_at", "fulfilment", ["fulfilled_at", "ticket_id", "cycle"])
    op.create_index(
        "ix_fulfilment_provider", "fulfilment", ["provider_department_id", "fulfilled_at", "ticket_id", "cycle"]
    )
    op.create_table(
        "reopening",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_reopening")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey", sa.String(), nullable=False),
        sa.Column("survey_version", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "answered_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_invitation_answered_or_withdrawn")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("ticket_id", "cycle", "person_id", name=op.f("uq_invitation_ticket_id_cycle_person_id")),
    )
    op.create_index("ix_invitation_person", "invitation", ["person_id", "issued_at", "id"])
    op.create_table(
        "not_asked",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "cycle", "person_id", name=op.f("pk_not_asked")),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("customer_department_id", sa.Uuid(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_response_score")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_response_invitation_id")),
    )
    op.create_index("ix_response_answered_at", "response", ["answered_at", "id"])
    op.create_index("ix_response_provider", "response", ["provider_department_id", "answered_at", "id"])
    op.create_index("ix_response_person", "response", ["person_id", "answered_at", "id"])
    op.create_index("ix_response_ticket", "response", ["ticket_id", "cycle", "answered_at"])


def downgrade() -> None:
    for table in ("response", "not_asked", "invitation", "reopening", "fulfilment"):
        op.drop_table(table)
