"""Rows of a log: understood, or refused with the column that is wrong; good rows beside them land."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.requests.imports.rules.case import case_of
from services.requests.imports.rules.csv_log import csv_records, header_of
from services.requests.imports.rules.mapping import Columns, LogMapping, Meaning, is_readable, local_clock
from services.requests.imports.rules.records import NotThisFormat
from services.requests.imports.rules.rows import MOST_ROWS, Log, read_log
from services.requests.timeline.vocabulary import State

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HEADER = "case,state,at,group,prio,opened,id,extra\n"
USUAL: dict[str, Any] = {
    "columns": Columns("case", "state", "at", "group", "prio", "opened", "id"),
    "clock": local_clock("Europe/Madrid"),
    "time_format": "%Y-%m-%d %H:%M",
    "unknown": frozenset({"?"}),
    "states": {"New": Meaning(State.SUBMITTED), "Done": Meaning(State.FULFILLED)},
    "priorities": {"1": "urgent"},
    "groups": {"G1": "IT", "G2": "NET"},
    "kept": ("extra",),
}


def read(text: str | bytes, **changes: Any) -> Log:
    content = text if isinstance(text, bytes) else (HEADER + text).encode()
    return read_log(csv_records(content, ","), LogMapping(**(USUAL | changes)), now=NOW)


def refused(log: Log) -> list[tuple[int, str | None, str]]:
    return [(error.row, error.column, error.code) for error in log.errors]


GOOD = "C1,New,2026-03-01 09:00,G1,1,2026-03-01 08:30,,words\n"


def test_a_good_row_is_understood() -> None:
    log = read(GOOD)
    (row,) = log.cases["C1"]
    assert (log.rows, log.errors, row.number) == (1, [], 2)
    assert row.at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert row.opened_at == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert (row.department, row.priority, row.meaning.state) == ("IT", "urgent", State.SUBMITTED)
    assert (row.values, row.source_state, row.source_group) == ({"extra": "words"}, "New", "G1")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",New,2026-03-01 09:00,,,,,", "case", "missing_value"),
        ("?,New,2026-03-01 09:00,,,,,", "case", "missing_value"),
        (f"{'x' * 201},New,2026-03-01 09:00,,,,,", "case", "bad_text"),
        ("C2,,2026-03-01 09:00,,,,,", "state", "missing_value"),
        ("C2,Odd,2026-03-01 09:00,,,,,", "state", "unknown_state"),
        ("C2,New,,,,,,", "at", "missing_value"),
        ("C2,New,01/03/2026,,,,,", "at", "unreadable_time"),
        ("C2,New,2026-02-30 09:00,,,,,", "at", "unreadable_time"),
        ("C2,New,1969-12-31 22:00,,,,,", "at", "instant_outside"),
        ("C2,New,1899-12-31 22:00,,,,,", "at", "instant_outside"),
        ("C2,New,9999-12-31 23:59,,,,,", "at", "instant_outside"),
        ("C2,New,2026-03-02 13:06,,,,,", "at", "instant_in_future"),
        ("C2,New,2026-03-01 09:00,G9,,,,", "group", "unknown_group"),
        ("C2,New,2026-03-01 09:00,,9,,,", "prio", "unknown_priority"),
        ("C2,New,2026-03-01 09:00,,,soon,,", "opened", "unreadable_time"),
        ("C2,New,2026-03-01 09:00,,,2027-01-01 00:00,,", "opened", "instant_in_future"),
        ("C2,New,2026-03-01 09:00,,,,,a\x00b", "extra", "bad_text"),
        (f"C2,New,2026-03-01 09:00,,,,,{'x' * 20_001}", "extra", "bad_text"),
        ("C2,New,2026-03-01 09:00", None, "wrong_number_of_columns"),
        ("C2,New,2026-03-01 09:00,,,,,,,", None, "wrong_number_of_columns"),
        ('C2,"New"x,2026-03-01 09:00,,,,,', None, "broken_row"),
    ],
)
def test_a_bad_row_says_which_column_and_good_ones_land(row: str, column: str | None, code: str) -> None:
    log = read(GOOD + row + "\n" + GOOD.replace("C1", "C3"))
    assert refused(log) == [(3, column, code)]
    assert sorted(log.cases) == ["C1", "C3"]
    assert [each.number for each in log.cases["C3"]] == [4]


def test_five_minutes_ahead_are_taken() -> None:
    assert refused(read("C2,New,2026-03-02 13:05,,,,,\n")) == []


def test_bytes_that_are_no_utf_8_spoil_only_columns_that_are_read() -> None:
    log = read(HEADER.encode() + b"C\xff,New,2026-03-01 09:00,,,,,\nC1,New,2026-03-01 09:00,G1,,,,\n")
    assert refused(log) == [(2, "case", "bad_text")]
    assert list(log.cases) == ["C1"]


def test_an_unclosed_quote_costs_its_own_row_only() -> None:
    many = "".join(GOOD.replace("C1", f"N{place}") for place in range(50))
    log = read(GOOD + 'C2,"New,2026-03-01 09:00,,,,,\n' + many)
    assert [error.row for error in log.errors] == [3]
    assert len(log.cases) == 51
    closed_later = read('C2,"New,2026-03-01 09:00,,,,,\n' + many + GOOD.replace("words", '"w"'))
    assert len(closed_later.cases) == 51
    assert [error.row for error in closed_later.errors] == [2]


def test_a_quoted_line_break_is_part_of_its_value() -> None:
    log = read(GOOD.replace("words", '"two\nlines"'))
    assert log.cases["C1"][0].values == {"extra": "two\nlines"}


def test_a_field_of_ten_megabytes_costs_its_own_row_only() -> None:
    log = read(GOOD + f"C2,New,2026-03-01 09:00,,,,,{'x' * 10_000_000}\n" + GOOD.replace("C1", "C3"))
    assert refused(log) == [(3, None, "broken_row")]
    assert sorted(log.cases) == ["C1", "C3"]


def test_blank_lines_and_a_byte_order_mark_are_passed_over() -> None:
    log = read(b"\xef\xbb\xbf" + (HEADER + "\n" + GOOD + "\n\n").encode())
    assert (log.rows, log.errors, list(log.cases)) == (1, [], ["C1"])


@pytest.mark.parametrize("content", [b"", b"\n", b" , ,\n", b'"a\n'])
def test_a_file_without_a_header_is_no_csv(content: bytes) -> None:
    with pytest.raises(NotThisFormat):
        header_of(content, ",")


def test_local_times_in_a_gap_move_on_and_ambiguous_ones_are_the_earlier() -> None:
    log = read("C1,New,2025-03-30 02:30,,,,,\nC1,New,2025-10-26 02:30,,,,,\n")
    assert [row.at.isoformat() for row in log.cases["C1"]] == ["2025-03-30T01:00:00+00:00", "2025-10-26T00:30:00+00:00"]


def test_times_with_an_offset_are_taken_as_they_are() -> None:
    log = read("C1,New,2026-03-01T09:00:00+05:30,,,,,\n", time_format="iso")
    assert log.cases["C1"][0].at == datetime(2026, 3, 1, 3, 30, tzinfo=UTC)


def test_equal_rows_are_told_apart_by_their_ordinal() -> None:
    same = "C1,New,2026-03-01 09:00,G1,,,,\n"
    keys = [row.key for row in read(same * 3 + same.replace("G1", "G2")).cases["C1"]]
    assert len(set(keys)) == 4
    assert keys == [row.key for row in read(same * 3 + same.replace("G1", "G2")).cases["C1"]]
    assert keys[:2] == [row.key for row in read(same * 2).cases["C1"]]


def test_unknown_and_empty_say_the_same() -> None:
    one, other = (read(f"C1,New,2026-03-01 09:00,{group},,,,\n").cases["C1"][0] for group in ("?", ""))
    assert (one.key, one.source_group) == (other.key, None)


def test_ids_of_the_source_are_keys_and_one_that_comes_twice_is_refused() -> None:
    row = "C1,New,2026-03-01 09:00,,,,7,\n"
    log = read(row + row.replace("New", "Done") + row.replace("C1", "C2"))
    assert refused(log) == [(3, "id", "duplicate_id")]
    assert [each.key for rows in log.cases.values() for each in rows] == ["id:7", "id:7"]


def test_first_is_by_time_and_of_equal_times_by_row() -> None:
    log = read(
        "C1,Done,2026-03-01 10:00,G2,1,,,later\nC1,New,2026-03-01 09:00,?,,,,\nC1,New,2026-03-01 09:00,G1,,,,first\n"
    )
    case = case_of("C1", log.cases["C1"])
    assert (case.provider, case.priority, [row.number for row in case.rows]) == ("IT", "urgent", [3, 4, 2])
    assert case.opened_at == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("time_format", ["%d %d", "%H:%M", "%Q", "", "%", "%Y-%m", "%c%c"])
def test_formats_that_read_no_date(time_format: str) -> None:
    assert not is_readable(time_format)


def test_a_case_has_a_bound_of_rows() -> None:
    log = read(GOOD * (MOST_ROWS + 2) + GOOD.replace("C1", "C2"))
    assert (len(log.cases["C1"]), len(log.cases["C2"])) == (MOST_ROWS, 1)
    assert {code for _, _, code in refused(log)} == {"too_many_rows"}
    assert len(log.errors) == 2
