"""Clocks of both sides, in cycles that rulings change, and what each is to fire; when a ticket lapses."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
Kind = sa.types.TypeEngine[Any]
NEEDED: tuple[tuple[str, Kind, str], ...] = (
    ("round", sa.Integer(), "cycle"),
    ("is_best_effort", sa.Boolean(), "false"),
)
COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("objective", sa.Float()),
    ("calendar_id", sa.Uuid()),
    ("calendar_version", sa.Integer()),
    ("effect", sa.String()),
    ("promised", sa.Float()),
    ("observed", postgresql.JSONB()),
    ("shortfall", sa.Interval()),
    ("refuted_by", sa.Uuid()),
)


def upgrade() -> None:
    # What a clock of before is to fire is not known here: its ticket's next act tells it.
    op.add_column("ticket_clock", sa.Column("fires", postgresql.JSONB(), server_default="[]", nullable=False))
    op.alter_column("ticket_clock", "fires", server_default=None)
    op.execute("UPDATE ticket_clock SET next_fire_at = NULL WHERE next_fire_at IS NOT NULL")
    for name, kind, value in NEEDED:
        op.add_column("ticket_clock", sa.Column(name, kind, nullable=True))
        op.execute(f"UPDATE ticket_clock SET {name} = {value}")
        op.alter_column("ticket_clock", name, nullable=False)
    for name, kind in COLUMNS:
        op.add_column("ticket_clock", sa.Column(name, kind, nullable=True))
    op.add_column("ticket", sa.Column("lapses_at", INSTANT, nullable=True))
    op.add_column("ticket", sa.Column("lapses_into", sa.String(), nullable=True))
    op.create_index("ix_ticket_lapses_at", "ticket", ["lapses_at"], postgresql_where=sa.text("lapses_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_ticket_lapses_at", table_name="ticket")
    for name in ("lapses_into", "lapses_at"):
        op.drop_column("ticket", name)
    for name in (*(name for name, _ in COLUMNS), *(name for name, _, _ in NEEDED), "fires"):
        op.drop_column("ticket_clock", name)
