"""Imports as jobs: handed in, refused as a whole, run, run again, cancelled, interrupted, given up."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from services.requests.imports.service import worker
from services.requests.imports.service.worker import ImportInterrupted, run_imports, run_next_import
from tests.requests.imports.importing import COLUMNS, Imports, a_log, a_mapping

ROWS = [
    ("C1", "New", "2026-02-01T09:00:00Z", "A", "3"),
    ("C1", "Done", "2026-02-02T09:00:00Z", "A", "3"),
    ("C2", "New", "2026-02-01T10:00:00Z", "B", "1"),
]


def counts(job: dict[str, Any]) -> tuple[int, ...]:
    """Tickets created, changed, unchanged; events added; rows refused."""
    names = ("tickets_created", "tickets_changed", "tickets_unchanged", "events_added", "rows_refused")
    return tuple(job["result"][name] for name in names)


async def test_a_dry_run_tells_and_leaves_nothing(imports: Imports) -> None:
    job = await imports.bring_in(a_log(ROWS), dry_run="true")
    assert (job["state"], job["is_dry_run"], job["progress"], counts(job)) == ("done", True, 1, (2, 0, 0, 5, 0))
    assert [await imports.count(table) for table in ("ticket", "ticket_event", "outbox")] == [0, 0, 0]


async def test_a_second_run_changes_nothing(imports: Imports) -> None:
    assert counts(await imports.bring_in(a_log(ROWS))) == (2, 0, 0, 5, 0)
    before = await imports.tickets()
    assert counts(await imports.bring_in(a_log(ROWS))) == (0, 0, 2, 0, 0)
    assert await imports.tickets() == before
    assert await imports.count("outbox") == 4  # of each ticket that it is there, and what its promises came to


async def test_a_longer_log_adds_what_is_new(imports: Imports) -> None:
    await imports.bring_in(a_log(ROWS))
    earlier, later = ("C1", "New", "2026-01-31T09:00:00Z", "A"), ("C1", "Closed", "2026-02-03T09:00:00Z", "A")
    assert counts(await imports.bring_in(a_log([earlier, *ROWS, later, ("C3", "New", "2026-02-01T09:00Z")]))) == (
        1, 1, 1, 4, 0,
    )  # fmt: skip
    assert await imports.held("C1") == [
        ("2026-01-31T09:00:00Z", "2026-02-02T09:00:00Z", "provider"),
        ("2026-02-02T09:00:00Z", "2026-02-03T09:00:00Z", "customer"),
    ]
    assert await imports.differences() == []


async def test_another_source_has_cases_of_its_own(imports: Imports) -> None:
    await imports.bring_in(a_log(ROWS))
    imports.mapping = a_mapping(imports.desk, source="another")
    assert counts(await imports.bring_in(a_log(ROWS))) == (2, 0, 0, 5, 0)


async def test_bad_rows_are_listed_and_good_ones_land(imports: Imports) -> None:
    bad = [("C1", "Odd", "2026-02-02T09:00Z"), ("C9", "New", "2026-02-02T09:00Z", "Z"), ("C9", "New", "never")]
    job = await imports.bring_in(a_log([*ROWS, *bad]))
    assert counts(job) == (2, 0, 0, 5, 3)
    assert [(error["row"], error["column"], error["code"]) for error in job["errors"]] == [
        (5, "state", "unknown_state"),
        (6, "group", "unknown_group"),
        (7, "at", "unreadable_time"),
    ]
    assert job["errors"][0]["message"] == "The mapping does not say what the state 'Odd' is."


async def test_only_the_first_thousand_errors_are_listed(imports: Imports) -> None:
    job = await imports.bring_in(a_log([*ROWS, *[("C9", "Odd", "x")] * 1_100]))
    assert (len(job["errors"]), job["result"]["rows_refused"]) == (1_000, 1_100)


async def test_a_log_without_rows_is_done_at_once(imports: Imports) -> None:
    assert counts(await imports.bring_in(a_log([]))) == (0, 0, 0, 0, 0)


WITHOUT_GROUP = [name for name in COLUMNS if name != "group"]


@pytest.mark.parametrize(
    ("content", "changes", "status", "code", "pointer"),
    [
        (b"", {}, 409, "no_header", "/file"),
        (a_log([], WITHOUT_GROUP), {}, 409, "column_missing", "/mapping/columns/group"),
        (a_log(ROWS).replace(b",", b";"), {}, 409, "column_missing", "/mapping/columns/case"),
        (a_log(ROWS).decode().encode("utf-16"), {}, 409, "column_missing", "/mapping/columns/case"),
        (a_log([], [*COLUMNS, "case"]), {}, 409, "column_twice", "/mapping/columns/case"),
        (a_log([]), {"keep": ["nothing"]}, 409, "column_missing", "/mapping/keep/0"),
        (a_log([]), {"time_zone": "Mars/Base"}, 409, "unknown_time_zone", "/mapping/time_zone"),
        (a_log([]), {"time_format": "%H:%M"}, 409, "bad_time_format", "/mapping/time_format"),
        (a_log([]), {"offering_id": str(uuid4())}, 404, "unknown_offering", "/mapping/offering_id"),
        (a_log([]), {"groups": {"a/b": str(uuid4())}}, 404, "unknown_department", "/mapping/groups/a~1b"),
        (
            a_log([]),
            {"customer_department_id": str(uuid4())},
            404,
            "unknown_department",
            "/mapping/customer_department_id",
        ),
        (a_log([]), {"delimiter": "x"}, 422, "invalid_mapping", "/mapping/delimiter"),
        (a_log([]), {"format": "pdf"}, 422, "invalid_mapping", "/mapping/format"),
        (a_log([]), {"states": {"New": {"state": "odd"}}}, 422, "invalid_mapping", "/mapping/states/New/state"),
        (a_log([]), {"source": "a\x00b"}, 422, "invalid_mapping", "/mapping"),
        (a_log([]), {"else": 1}, 422, "invalid_mapping", "/mapping/else"),
    ],
)
async def test_what_is_wrong_as_a_whole_is_refused_with_its_field(
    imports: Imports, content: bytes, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    answer = await imports.hand_in(content, mapping=_json(a_mapping(imports.desk, **changes)))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert await imports.count("import_job") == 0


@pytest.mark.parametrize("mapping", ["", "{", "[]", "null", '{"source": 1}'])
async def test_a_mapping_that_is_none_is_refused(imports: Imports, mapping: str) -> None:
    answer = await imports.hand_in(a_log(ROWS), mapping=mapping)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


async def test_a_form_that_cannot_be_read_says_why(imports: Imports) -> None:
    answer = await imports.hand_in(a_log(ROWS), mapping=" " * 2_000_000)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "maximum size" in answer.json()["errors"][0]["message"]


async def test_only_administrators_and_importing_accounts_import(imports: Imports) -> None:
    people, it = imports.desk.people, imports.desk.it.id
    account = people.account(scope="tickets:import departments:read")
    assert (await imports.hand_in(a_log(ROWS), headers=account)).status_code == 202
    manager = people.headers(scope="tickets:import", departments={str(it): "manager"})
    for headers in (people.one_of(it, "manager"), people.account(), manager):
        refused = [
            await imports.hand_in(a_log(ROWS), headers=headers),
            await imports.desk.client.get("/v1/imports", headers=headers),
            await imports.desk.client.get(f"/v1/imports/{uuid4()}", headers=headers),
            await imports.desk.client.post(f"/v1/imports/{uuid4()}/cancellations", headers=headers),
        ]
        assert {answer.status_code for answer in refused} == {403}
    assert (await imports.hand_in(a_log(ROWS), headers={"x": "y"})).status_code == 401


async def test_jobs_are_listed_and_cancelled(imports: Imports) -> None:
    admin, client = imports.desk.people.admin(), imports.desk.client
    made = [(await imports.hand_in(a_log(ROWS))).json() for _ in range(3)]
    assert (made[0]["state"], made[0]["kind"], made[0]["result"]) == ("queued", "import", None)
    first = (await client.get("/v1/imports?limit=2", headers=admin)).json()
    rest = (await client.get(f"/v1/imports?limit=2&cursor={first['next']}", headers=admin)).json()
    assert [job["id"] for job in [*first["items"], *rest["items"]]] == [job["id"] for job in reversed(made)]
    path = f"/v1/imports/{made[0]['id']}/cancellations"
    cancelled = await client.post(path, headers=admin)
    assert (cancelled.status_code, cancelled.json()["state"]) == (201, "cancelled")
    assert (await client.post(path, headers=admin)).json()["code"] == "import_has_ended"
    assert (await client.post(f"/v1/imports/{uuid4()}/cancellations", headers=admin)).status_code == 404
    await imports.run()
    assert [(await imports.job(job["id"]))["state"] for job in made] == ["cancelled", "done", "done"]
    assert await imports.count("import_job WHERE content IS NOT NULL") == 0


async def test_an_import_is_cancelled_between_two_batches(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BATCH", 1)
    job = (await imports.hand_in(a_log(ROWS))).json()
    bring_in = worker._bring_in_batch

    async def and_cancel(*given: Any, **more: Any) -> None:
        await bring_in(*given, **more)
        path = f"/v1/imports/{job['id']}/cancellations"
        await imports.desk.client.post(path, headers=imports.desk.people.admin())

    monkeypatch.setattr(worker, "_bring_in_batch", and_cancel)
    await imports.run()
    cancelled = await imports.job(job["id"])
    assert (cancelled["state"], counts(cancelled)) == ("cancelled", (1, 0, 0, 3, 0)), "what stays is told"
    assert list(await imports.tickets()) == ["C1"]
    monkeypatch.setattr(worker, "_bring_in_batch", bring_in)
    assert counts(await imports.bring_in(a_log(ROWS))) == (1, 0, 1, 2, 0)


class _Killed(BaseException):
    """As a SIGKILL: nothing after it runs."""


async def test_a_job_whose_worker_is_killed_is_taken_up_again(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BATCH", 1)
    job = (await imports.hand_in(a_log(ROWS))).json()

    async def killed(*_: Any) -> bool:
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(worker, "_still_wanted", killed)
        with pytest.raises(_Killed):
            await run_next_import(imports.bench)
    assert (await imports.job(job["id"]))["state"] == "running"
    assert list(await imports.tickets()) == ["C1"]
    await imports.run()
    ended = await imports.job(job["id"])
    assert (ended["state"], counts(ended)) == ("done", (1, 0, 1, 2, 0))
    assert sorted(await imports.tickets()) == ["C1", "C2"]


async def test_a_job_that_is_interrupted_again_and_again_has_failed(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK", 0.001)
    job = (await imports.hand_in(a_log(ROWS))).json()

    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("an error of ours")

    monkeypatch.setattr(worker, "_bring_in_batch", broken)
    with pytest.raises(ImportInterrupted):
        await run_next_import(imports.bench)
    running = asyncio.create_task(run_imports(imports.bench))
    try:
        for _ in range(1_000):
            ended = await imports.job(job["id"])
            if ended["state"] != "running":
                break
            await asyncio.sleep(0.01)
    finally:
        running.cancel()
    assert (ended["state"], [error["code"] for error in ended["errors"]]) == ("failed", ["import_given_up"])
    assert ended["ended_at"] is not None


async def test_two_workers_never_run_one_job_twice(imports: Imports) -> None:
    job = (await imports.hand_in(a_log(ROWS))).json()
    ran = await asyncio.gather(*(run_next_import(imports.bench) for _ in range(3)))
    assert sum(ran) == 1
    assert counts(await imports.job(job["id"])) == (2, 0, 0, 5, 0)


async def test_two_imports_of_one_source_at_once_bring_in_each_row_once(imports: Imports) -> None:
    longer = [*ROWS, ("C1", "Closed", "2026-02-03T09:00:00Z", "A")]
    for content in (a_log(ROWS), a_log(longer)):
        assert (await imports.hand_in(content)).status_code == 202
    ran = await asyncio.gather(*(run_next_import(imports.bench) for _ in range(3)))
    assert sorted(ran) == [False, True, True]
    assert [await imports.count(table) for table in ("ticket", "ticket_event")] == [2, 6]
    assert await imports.differences() == []


def _json(mapping: dict[str, Any]) -> str:
    return json.dumps(mapping)


async def test_a_job_has_an_etag_that_follows_it(imports: Imports) -> None:
    admin, client = imports.desk.people.admin(), imports.desk.client
    made = (await imports.hand_in(a_log(ROWS))).json()
    first = await client.get(f"/v1/imports/{made['id']}", headers=admin)
    again = await client.get(f"/v1/imports/{made['id']}", headers=admin | {"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    await imports.run()
    done = await client.get(f"/v1/imports/{made['id']}", headers=admin | {"If-None-Match": first.headers["etag"]})
    assert (done.status_code, done.json()["state"]) == (200, "done")


async def test_a_case_whose_reference_is_on_another_ticket_is_brought_in_without_it(imports: Imports) -> None:
    desk = imports.desk
    taken = {"system": "helpdesk", "id": "C1"}
    by_hand = await desk.submit(external_refs=[taken])
    assert counts(await imports.bring_in(a_log(ROWS))) == (2, 0, 0, 5, 0)
    page = (await desk.client.get("/v1/tickets", headers=desk.people.admin())).json()["items"]
    refs = {ticket["subject"]: ticket["external_refs"] for ticket in page}
    assert refs == {by_hand["subject"]: [taken], "C1": [], "C2": [{"system": "helpdesk", "id": "C2"}]}
    found = await desk.client.get("/v1/tickets?external_system=helpdesk&external_id=C1", headers=desk.people.admin())
    assert [ticket["id"] for ticket in found.json()["items"]] == [by_hand["id"]]
    assert counts(await imports.bring_in(a_log(ROWS))) == (0, 0, 2, 0, 0)
