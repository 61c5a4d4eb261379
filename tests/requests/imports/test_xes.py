"""Logs as XES: events of traces become records; what is no log, breaks off or declares entities is refused."""

from collections.abc import Mapping

import pytest

from services.requests.imports.rules.records import NotThisFormat, RowError
from services.requests.imports.rules.xes_log import CHUNK, check_xes, xes_records
from tests.requests.imports.importing import Imports, a_mapping

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <string key="concept:name" value="a helpdesk"/>
  <trace>
    <string key="concept:name" value="C1"/>
    <string key="title" value="A broken mouse &amp; pad"><string key="concept:name" value="nested"/></string>
    <event>
      <string key="concept:name" value="New"/>
      <date key="time:timestamp" value="2026-03-01T09:00:00.000+01:00"/>
      <string key="org:group" value="A"/>
    </event>
    <event>
      <string key="concept:name" value="Done"/>
      <date key="time:timestamp" value="2026-03-01T10:00:00.000+01:00"/>
      <list key="things"><values><string key="concept:name" value="nested"/></values></list>
      <string key="org:group" value="B"/>
    </event>
  </trace>
  <trace>
    <event>
      <string key="concept:name" value="New"/>
      <date key="time:timestamp" value="2026-03-01T11:00:00Z"/>
    </event>
    <string key="concept:name" value="C2"/>
  </trace>
</log>
"""
COLUMNS = {
    "case": "case:concept:name",
    "state": "concept:name",
    "time": "time:timestamp",
    "group": "org:group",
    "subject": "case:title",
}
DOCTYPE = """<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>"""


def records(content: str) -> list[Mapping[str, str]]:
    return [record for _, record in xes_records(content.encode()) if not isinstance(record, RowError)]


def errors(content: str) -> list[RowError]:
    return [record for _, record in xes_records(content.encode()) if isinstance(record, RowError)]


def test_events_are_records_with_their_traces_attributes() -> None:
    first, second, third = records(LOG)
    assert first == {
        "concept:name": "New",
        "time:timestamp": "2026-03-01T09:00:00.000+01:00",
        "org:group": "A",
        "case:concept:name": "C1",
        "case:title": "A broken mouse & pad",
    }
    assert (second["concept:name"], second["org:group"]) == ("Done", "B")
    assert third["case:concept:name"] == "C2"
    assert [number for number, _ in xes_records(LOG.encode())] == [2, 3, 4]
    check_xes(LOG.encode())


def test_a_log_longer_than_a_chunk_is_read_whole() -> None:
    trace = LOG[LOG.index("  <trace>") : LOG.index("</trace>") + len("</trace>")]
    many = LOG.replace("</log>", trace * 500 + "</log>")
    assert len(many) > 4 * CHUNK
    assert len(records(many)) == 3 + 2 * 500


def test_where_a_log_breaks_off_the_rows_before_stay() -> None:
    broken = LOG[: LOG.index("<list")] + "<<"
    (first,) = records(broken)
    assert first["case:concept:name"] == "C1"
    (error,) = errors(broken)
    assert (error.row, error.code) == (3, "broken_log")


@pytest.mark.parametrize("content", ["", "no,xml\n", "<html/>", "<log", DOCTYPE])
def test_what_is_no_log_is_refused_at_once(content: str) -> None:
    with pytest.raises(NotThisFormat):
        check_xes(content.encode())


def test_entities_are_refused_wherever_they_come() -> None:
    late = DOCTYPE.replace("<!DOCTYPE", " " * (2 * CHUNK) + "<!DOCTYPE")
    assert records(late) == []
    assert [error.code for error in errors(late)] == ["broken_log"]


async def test_a_xes_log_comes_in_as_a_csv_does(imports: Imports) -> None:
    imports.mapping = a_mapping(imports.desk, format="xes", columns=COLUMNS, priorities={})
    job = await imports.bring_in(LOG.encode())
    assert (job["state"], job["errors"], job["result"]["tickets_created"]) == ("done", [], 2)
    ticket = (await imports.tickets())["C1"]
    assert (ticket["subject"], ticket["state"]) == ("A broken mouse & pad", "fulfilled")
    assert ticket["created_at"] == "2026-03-01T08:00:00Z"
    assert (await imports.bring_in(LOG.encode()))["result"]["events_added"] == 0
    refused = await imports.hand_in(b"a,b\n1,2\n")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_xes_log")
    assert refused.json()["errors"][0]["pointer"] == "/file"
