"""Departments, calendars and the catalogue; a first calendar for the organisation: round the clock, in UTC."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)
ROUND_THE_CLOCK = "01900000-0000-7000-8000-000000000001"
WEEK = ", ".join(
    f'{{"weekday": "{day}", "start": "00:00", "end": "24:00"}}'
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)
FOLLOWED = ("department_copy", "calendar", "calendar_assignment", "offering")
APPEND_ONLY = ("calendar_version", "offering_version")


def upgrade() -> None:
    _make_departments()
    _make_calendars()
    _make_catalogue()
    _renew_generation_with_each_change()
    _seed_first_calendar()
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM acuerdo_requests")


def downgrade() -> None:
    for table in ("catalogue_generation", "offering_version", "offering"):
        op.drop_table(table)
    for table in ("calendar_assignment", "calendar_version", "calendar", "department_copy"):
        op.drop_table(table)
    op.execute("DROP FUNCTION renew_catalogue_generation")


def _make_departments() -> None:
    op.create_table(
        "department_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_copy")),
    )
    op.create_index(op.f("ix_department_copy_code"), "department_copy", ["code"])
    op.create_index(op.f("ix_department_copy_parent_id"), "department_copy", ["parent_id"])


def _make_calendars() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("current_version_id", sa.Uuid(), nullable=False),
        sa.Column("current_version_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
    )
    op.create_index("ix_calendar_created_at_id", "calendar", ["created_at", "id"])
    op.create_table(
        "calendar_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("public_holidays", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_version_calendar_id_calendar")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_version")),
        sa.UniqueConstraint("calendar_id", "number", name=op.f("uq_calendar_version_calendar_id_number")),
    )
    op.create_table(
        "calendar_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assigned_at", INSTANT, nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_assignment_calendar_id_calendar")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_assignment")),
        sa.UniqueConstraint(
            "department_id", name=op.f("uq_calendar_assignment_department_id"), postgresql_nulls_not_distinct=True
        ),
    )


def _make_catalogue() -> None:
    op.create_table(
        "offering",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("provider_department_id", sa.Uuid(), nullable=False),
        sa.Column("default_targets", postgresql.JSONB(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
    )
    op.create_index("uq_offering_code", "offering", ["provider_department_id", sa.text("lower(code)")], unique=True)
    op.create_index("ix_offering_created_at_id", "offering", ["created_at", "id"])
    op.create_table(
        "offering_version",
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_offering_version_offering_id_offering")
        ),
        sa.PrimaryKeyConstraint("offering_id", "number", name=op.f("pk_offering_version")),
    )


def _renew_generation_with_each_change() -> None:
    op.create_table(
        "catalogue_generation",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_generation")),
    )
    op.execute("INSERT INTO catalogue_generation (id, token) VALUES (1, gen_random_uuid())")
    op.execute(
        "CREATE FUNCTION renew_catalogue_generation() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN UPDATE catalogue_generation SET token = gen_random_uuid(); RETURN NULL; END $$"
    )
    for table in FOLLOWED:
        op.execute(
            f"CREATE TRIGGER renew_catalogue_generation AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION renew_catalogue_generation()"
        )


def _seed_first_calendar() -> None:
    op.execute(
        "INSERT INTO calendar (id, name, current_version_id, current_version_number, version, created_at)"
        f" VALUES ('{ROUND_THE_CLOCK}', 'Round the clock', '{ROUND_THE_CLOCK}', 1, 1, now())"
    )
    op.execute(
        sa.text(
            "INSERT INTO calendar_version (id, calendar_id, number, definition, public_holidays, created_at)"
            f" VALUES ('{ROUND_THE_CLOCK}', '{ROUND_THE_CLOCK}', 1, CAST(:definition AS jsonb), '[]', now())"
        ).bindparams(definition=f'{{"time_zone": "UTC", "shifts": [{WEEK}]}}')
    )
    op.execute(
        "INSERT INTO calendar_assignment (id, department_id, calendar_id, version, assigned_at)"
        f" VALUES ('{ROUND_THE_CLOCK}', NULL, '{ROUND_THE_CLOCK}', 1, now())"
    )
