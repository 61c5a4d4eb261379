"""Tickets of a state, by department and by the organisation, in the order of lists."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_ticket_state": ["state", "created_at", "id"],
    "ix_ticket_provider_state": ["provider_department_id", "state", "created_at", "id"],
    "ix_ticket_customer_state": ["customer_department_id", "state", "created_at", "id"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "ticket", columns)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, table_name="ticket")
