"""Live events tell of files and steps too, which are no events of a ticket's history."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION tell_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO ticket_change (xid, told_at, ticket_id, event_id, kind, name, is_internal, version, state, recorded_at)
    SELECT pg_current_xact_id()::text::bigint, statement_timestamp(), a.ticket_id, {values}
    FROM added a JOIN ticket t ON t.id = a.ticket_id;
    PERFORM pg_notify('ticket_change', '');
    RETURN NULL;
END $$
"""
TOLD = {
    "attachment": """a.id, 'attachment', CASE WHEN a.removed_at IS NULL THEN 'attached' ELSE 'removed' END,
        a.visibility = 'internal', t.version, t.state, COALESCE(a.removed_at, a.created_at)""",
    "ticket_step": """gen_random_uuid(), 'step', CASE WHEN a.is_done THEN 'done' ELSE 'undone' END,
        false, t.version, t.state, a.noted_at""",
}
WHEN = (("attachment", "INSERT"), ("attachment", "UPDATE"), ("ticket_step", "INSERT"))


def upgrade() -> None:
    op.alter_column("ticket_change", "sequence", existing_type=sa.Integer(), nullable=True)
    for table, values in TOLD.items():
        op.execute(FUNCTION.format(table=table, values=values))
    for table, act in WHEN:
        op.execute(
            f"CREATE TRIGGER tell_of_{table}_{act.lower()} AFTER {act} ON {table} REFERENCING NEW TABLE AS added"
            f" FOR EACH STATEMENT EXECUTE FUNCTION tell_of_{table}()"
        )


def downgrade() -> None:
    for table, act in WHEN:
        op.execute(f"DROP TRIGGER tell_of_{table}_{act.lower()} ON {table}")
    for table in TOLD:
        op.execute(f"DROP FUNCTION tell_of_{table}()")
    op.execute("DELETE FROM ticket_change WHERE sequence IS NULL")
    op.alter_column("ticket_change", "sequence", existing_type=sa.Integer(), nullable=False)
