"""A version that is superseded on the day on which it began keeps that day."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement_coverage", sa.Column("began_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_agreement_coverage_began_if_empty"),
        "agreement_coverage",
        "isempty(during) = (began_on IS NOT NULL)",
    )


def downgrade() -> None:
    op.execute("DELETE FROM agreement_coverage WHERE isempty(during)")
    op.drop_constraint(op.f("ck_agreement_coverage_began_if_empty"), "agreement_coverage", type_="check")
    op.drop_column("agreement_coverage", "began_on")
