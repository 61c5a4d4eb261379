"""Firing: what is due soon wakes the workers up; people are found by their roles."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The condition is looked at in memory as each row is written; the function runs only for what is due before the
# workers look again by themselves.
TRIGGER = (
    "CREATE TRIGGER wake_up_firing AFTER INSERT OR UPDATE OF {column} ON {table} FOR EACH ROW"
    " WHEN (NEW.{column} < statement_timestamp() + interval '15 seconds') EXECUTE FUNCTION wake_up_firing()"
)


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION wake_up_firing() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_notify('firing', ''); RETURN NULL; END $$"
    )
    op.execute(TRIGGER.format(column="next_fire_at", table="ticket_clock"))
    op.execute(TRIGGER.format(column="lapses_at", table="ticket"))
    op.create_index(
        "ix_person_copy_departments",
        "person_copy",
        ["departments"],
        postgresql_using="gin",
        postgresql_ops={"departments": "jsonb_path_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_person_copy_departments", table_name="person_copy")
    op.execute("DROP TRIGGER wake_up_firing ON ticket")
    op.execute("DROP TRIGGER wake_up_firing ON ticket_clock")
    op.execute("DROP FUNCTION wake_up_firing()")
