"""Agreement versions that apply to open tickets are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_agreement_version_for_open",
        "agreement_version",
        ["agreement_id", "number"],
        postgresql_where=sa.text("content @> '{\"applies_to_open\": true}'"),
    )


def downgrade() -> None:
    op.drop_index("ix_agreement_version_for_open", table_name="agreement_version")
