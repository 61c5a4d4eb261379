"""Tells at a warm start which services' databases are at their newest migration, without loading what migrates them."""

from pathlib import Path

import asyncpg

SERVICES_FOLDER = Path(__file__).resolve().parents[1]


async def is_migrated(service: str, owner_url: str, services: Path = SERVICES_FOLDER) -> bool:
    """Whether the database's revision is that of the newest file; False whenever that is not certain."""
    newest = newest_revision(services / service / "migrations" / "versions")
    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()
    return newest is not None and [row["version_num"] for row in rows] == [newest]


def newest_revision(versions: Path) -> str | None:
    """The number that the newest file begins with, as in `0003_tickets.py`."""
    numbers = [file.name.partition("_")[0] for file in versions.glob("[0-9]*_*.py")]
    return max(numbers, default=None)
