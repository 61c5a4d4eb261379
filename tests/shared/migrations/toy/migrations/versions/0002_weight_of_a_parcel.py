"""A parcel has a weight."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parcel", sa.Column("weight", sa.Integer()))
    op.create_index("ix_parcel_weight", "parcel", ["weight"])


def downgrade() -> None:
    op.drop_column("parcel", "weight")
