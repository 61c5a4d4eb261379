"""Copies of people: who there is and where they work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_type", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("departments", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_copy")),
    )


def downgrade() -> None:
    op.drop_table("person_copy")
