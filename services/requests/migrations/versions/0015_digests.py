"""One message a minute whatever it tells: kinds belong to its items."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("uq_message_person_id_kind_digest", "message", type_="unique")
    # Minutes that are over keep their messages as they were read.
    op.execute("UPDATE message SET digest = digest || ' ' || kind WHERE kind <> 'survey'")
    op.create_unique_constraint(op.f("uq_message_person_id_digest"), "message", ["person_id", "digest"])
    op.add_column("message_item", sa.Column("kind", sa.String(), nullable=True))
    op.execute("UPDATE message_item i SET kind = m.kind FROM message m WHERE m.id = i.message_id")
    op.alter_column("message_item", "kind", nullable=False)
    op.create_index(
        "ix_message_item_breach",
        "message_item",
        ["link"],
        postgresql_where=sa.text("kind IN ('clock_breached', 'clock_passed')"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_item_breach", table_name="message_item")
    op.drop_column("message_item", "kind")
    op.drop_constraint("uq_message_person_id_digest", "message", type_="unique")
    op.create_unique_constraint(op.f("uq_message_person_id_kind_digest"), "message", ["person_id", "kind", "digest"])
