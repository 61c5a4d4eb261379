"""The matrix's requests about imports."""

from collections.abc import Mapping

import orjson

from tests.contracts.authorisation.asking import Asked, Prepare, send
from tests.contracts.authorisation.requests_cases import RequestsWorld
from tests.requests.imports.importing import a_log, a_mapping


async def _imports(_: RequestsWorld) -> Asked:
    return Asked("GET", "/v1/imports")


async def _import(world: RequestsWorld) -> Asked:
    import_files = {"file": ("log.csv", a_log([]), "text/csv")}
    mapping = orjson.dumps(a_mapping(world.desk)).decode()
    return Asked("POST", "/v1/imports", form={"mapping": mapping}, files=import_files)


async def _days_off(world: RequestsWorld) -> Asked:
    day = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261207\r\nEND:VEVENT"
    file = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{day}\r\nEND:VCALENDAR\r\n"
    path = f"/v1/calendars/{await world.calendar()}/imports"
    return Asked("POST", path, files={"file": ("days.ics", file, "text/calendar")})


def _of_import(method: str, below: str = "") -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        started = await send(world, await _import(world), world.admin)
        assert started.status_code == 202, started.text
        return Asked(method, f"/v1/imports/{started.json()['id']}{below}")

    return prepare


IMPORT_CASES: Mapping[str, Prepare] = {
    "calendars_import_days": _days_off,
    "imports_list_imports": _imports,
    "imports_start_import": _import,
    "imports_get_import": _of_import("GET"),
    "imports_cancel_import": _of_import("POST", "/cancellations"),
}
