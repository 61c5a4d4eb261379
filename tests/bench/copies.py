"""Very many tickets: copies of one that was submitted, with all their rows."""

from services.shared.db import Connection

COPIED = {
    "ticket": (
        "id",
        {"id": "c.id", "key": "'COPY-' || c.id", "created_at": "o.created_at - c.n * interval '{apart}'"},
    ),
    "ticket_event": ("ticket_id", {"ticket_id": "c.id", "id": "gen_random_uuid()"}),
    "ledger_interval": ("ticket_id", {"ticket_id": "c.id"}),
    "ticket_clock": ("ticket_id", {"ticket_id": "c.id", "id": "gen_random_uuid()"}),
}
"""The tables of a ticket: the column that names it, and what differs in a copy."""


async def copied(database: Connection, ticket_id: str, count: int, *, apart: str = "0 s") -> list[str]:
    """So many more copies of a ticket with all its rows, each created so long before the other; their ids."""
    await database.execute("DROP TABLE IF EXISTS copy")
    await database.execute(
        "CREATE TEMP TABLE copy AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, $1::integer) AS n", count
    )
    for table, (own, differing) in COPIED.items():
        rows = await database.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1",
            table,
        )
        names = [row[0] for row in rows]
        values = ", ".join(differing.get(name, f"o.{name}").format(apart=apart) for name in names)
        await database.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} o, copy c WHERE o.{own} = $1",
            ticket_id,
        )
        await database.execute(f"ANALYZE {table}")
    return [str(row[0]) for row in await database.fetch("SELECT id FROM copy ORDER BY n")]
