"""Importing for tests: a small log with its mapping, handed in through the API and run by the worker."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.requests.imports.service.worker import Bench, run_next_import
from services.requests.tickets.service.verify import verify_tickets
from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk

COLUMNS = ("case", "state", "at", "group", "priority", "opened", "title")
Job = dict[str, Any]


def a_mapping(desk: Desk, **changes: Any) -> dict[str, Any]:
    """What the columns of `a_log` mean; groups A, B and C are departments, IT is the default provider."""
    groups = {name: str(_department(desk, name)) for name in ("A", "B", "C")}
    usual = {
        "source": "helpdesk",
        "columns": {
            "case": "case",
            "state": "state",
            "time": "at",
            "group": "group",
            "priority": "priority",
            "opened": "opened",
            "subject": "title",
        },
        "time_zone": "UTC",
        "time_format": "iso",
        "unknown": ["?"],
        "states": {
            "New": {"state": "submitted"},
            "Active": {"state": "in_progress"},
            "User": {"state": "waiting_on_customer"},
            "Vendor": {"state": "waiting_on_third_party", "third_party": "Acme"},
            "Done": {"state": "fulfilled"},
            "Closed": {"state": "closed"},
        },
        "priorities": {"1": "urgent", "3": "normal"},
        "groups": groups,
        "customer_department_id": str(desk.hr.id),
        "default_provider_department_id": str(desk.it.id),
        "offering_id": str(desk.offering_id),
    }
    return usual | changes


def _department(desk: Desk, code: str) -> Any:
    known = next((each for each in desk.identity.departments.values() if each.code == code), None)
    return (known or desk.identity.add(code=code)).id


def a_log(rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """Rows as CSV; each may leave out columns at its end."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([*row, *[""] * (len(columns) - len(row))] for row in rows)
    return text.getvalue().encode()


@dataclass
class Imports:
    """A desk into which logs are brought."""

    desk: Desk
    mapping: dict[str, Any] = field(default_factory=dict)

    async def hand_in(self, content: bytes, *, headers: Mapping[str, str] | None = None, **form: Any) -> Any:
        """The API's answer to a log; `mapping=` is sent as it is, `dry_run=`, too."""
        mapping = form.pop("mapping", self.mapping or a_mapping(self.desk))
        data = {"mapping": mapping if isinstance(mapping, str) else json.dumps(mapping), **form}
        return await self.desk.client.post(
            "/v1/imports",
            data=data,
            files={"file": ("log", content, "text/csv")},
            headers=headers or self.desk.people.admin(),
        )

    async def run(self) -> None:
        """What waits is run to its end."""
        while await run_next_import(self.bench):
            pass

    async def bring_in(self, content: bytes, **form: Any) -> Job:
        """The job, ended."""
        answer = await self.hand_in(content, **form)
        assert answer.status_code == 202, answer.text
        await self.run()
        return await self.job(answer.json()["id"])

    async def job(self, job_id: str) -> Job:
        answer = await self.desk.client.get(f"/v1/imports/{job_id}", headers=self.desk.people.admin())
        assert answer.status_code == 200, answer.text
        found: Job = answer.json()
        return found

    async def tickets(self) -> dict[str, dict[str, Any]]:
        """Imported tickets by the name of their case, as an administrator sees them."""
        headers, found, cursor = self.desk.people.admin(), {}, ""
        while True:
            page = (await self.desk.client.get(f"/v1/tickets?limit=200{cursor}", headers=headers)).json()
            found.update({each["external_refs"][0]["id"]: each for each in page["items"]})
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    async def told(self, case: str, what: str) -> list[dict[str, Any]]:
        """The ledger, history, hand-offs … of a case's ticket."""
        ticket = (await self.tickets())[case]
        items: list[dict[str, Any]] = (await self.desk.get(ticket, f"/{what}", self.desk.people.admin()))["items"]
        return items

    async def held(self, case: str) -> list[tuple[str, str, str]]:
        """(from, to, party) of a case's ledger."""
        return [(line["from"], line["to"], line["party"]) for line in await self.told(case, "ledger")]

    async def differences(self) -> list[Any]:
        """What is kept otherwise than folded."""
        verified = verify_tickets(self.desk.app.state.engine, self.desk.app.state.terms)
        return [difference async for each in verified for difference in each.differences]

    async def count(self, table: str) -> int:
        """How many rows there are; of events the facts."""
        which = " WHERE kind = 'fact'" if table == "ticket_event" else ""
        async with hot_transaction(self.desk.app.state.engine) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}{which}"))

    @property
    def bench(self) -> Bench:
        state = self.desk.app.state
        return Bench(state.engine, state.sessions, state.terms, state.identity)
