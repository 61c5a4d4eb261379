"""Rulings on their way to open tickets, and the indexes by which they find them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ruling_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar_version_id", sa.Uuid(), nullable=True),
        sa.Column("agreement_version_id", sa.Uuid(), nullable=True),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.Column("ruled", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(calendar_version_id, agreement_version_id) = 1", name=op.f("ck_ruling_job_of_one_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling_job")),
        sa.UniqueConstraint("agreement_version_id", name=op.f("uq_ruling_job_agreement_version_id")),
        sa.UniqueConstraint("calendar_version_id", name=op.f("uq_ruling_job_calendar_version_id")),
    )
    op.create_index(
        "ix_ruling_job_waiting", "ruling_job", ["created_at", "id"], postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_index(
        "ix_ticket_clock_following",
        "ticket_clock",
        ["calendar_id", "ticket_id"],
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_open_of_offering", "ticket", ["offering_id", "id"], postgresql_where=sa.text("ended_at IS NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_open_of_offering", table_name="ticket")
    op.drop_index("ix_ticket_clock_following", table_name="ticket_clock")
    op.drop_index("ix_ruling_job_waiting", table_name="ruling_job")
    op.drop_table("ruling_job")
