"""Deputies: who stands in for a department's manager."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deputy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_deputy_days_in_order")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_deputy_department_id_department")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deputy_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index(op.f("ix_deputy_department_id"), "deputy", ["department_id"], unique=False)
    op.create_index(op.f("ix_deputy_person_id"), "deputy", ["person_id"], unique=False)
    op.execute("REVOKE DELETE ON deputy FROM acuerdo_identity")


def downgrade() -> None:
    op.drop_index(op.f("ix_deputy_person_id"), table_name="deputy")
    op.drop_index(op.f("ix_deputy_department_id"), table_name="deputy")
    op.drop_table("deputy")
