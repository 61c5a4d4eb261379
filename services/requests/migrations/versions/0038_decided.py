"""Tickets of whose time something was decided are found by an index: reports tell it before and after."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_event_decision", "ticket_event", ["ticket_id"], postgresql_where=sa.text("kind = 'decision'")
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_event_decision", table_name="ticket_event")
