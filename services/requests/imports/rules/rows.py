"""One row of a log, read or refused with the column that is wrong."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.requests.imports.rules.mapping import EARLIEST_YEAR, LATEST_YEAR, LogMapping, Meaning
from services.requests.imports.rules.records import Records, RowError

AHEAD = timedelta(minutes=5)
LONGEST_VALUE = 20_000
LONGEST_CASE = 200
MOST_ROWS = 2_000
"""Of one case: its fold takes about half a second then, and grows with the square."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row that was understood; `number` is its place in the file, which orders equal times."""

    number: int
    case: str
    at: datetime
    meaning: Meaning
    department: str | None
    priority: str | None
    opened_at: datetime | None
    subject: str | None
    key: str
    source_state: str
    source_group: str | None
    values: Mapping[str, str]


@dataclass(slots=True)
class Log:
    """A log read whole: the rows of each case in the order of the file, and what stays out."""

    cases: dict[str, list[LogRow]]
    errors: list[RowError]
    rows: int


def read_log(records: Records, mapping: LogMapping, *, now: datetime) -> Log:
    """Every row understood or listed as an error; nothing of a bad row lands, everything of a good one does."""
    log, seen = Log(defaultdict(list), [], 0), _Seen()
    for number, read in records:
        log.rows += 1
        told = read if isinstance(read, RowError) else _read(number, read, mapping, seen, now)
        if isinstance(told, LogRow) and len(log.cases[told.case]) >= MOST_ROWS:
            told = RowError(number, mapping.columns.case, "too_many_rows", f"A case has at most {MOST_ROWS} rows.")
        if isinstance(told, RowError):
            log.errors.append(told)
        else:
            log.cases[told.case].append(told)
    return log


@dataclass(slots=True)
class _Seen:
    """What the rows before this one told: how often the same, and which ids of the source's own."""

    equals: Counter[str] = field(default_factory=Counter)
    ids: set[tuple[str, str]] = field(default_factory=set)


class _Refused(Exception):
    def __init__(self, column: str | None, code: str, message: str) -> None:
        self.told = (column, code, message)
        super().__init__(message)


def _read(number: int, values: Mapping[str, str], mapping: LogMapping, seen: _Seen, now: datetime) -> LogRow | RowError:
    try:
        return _understood(number, values, mapping, seen, now)
    except _Refused as refused:
        return RowError(number, *refused.told)


def _understood(number: int, values: Mapping[str, str], mapping: LogMapping, seen: _Seen, now: datetime) -> LogRow:
    for column in mapping.read:
        value = values.get(column, "")
        if "\x00" in value or "\ufffd" in value or len(value) > LONGEST_VALUE:
            raise _Refused(column, "bad_text", f"The column {column} holds text that is no UTF-8, or too much of it.")
    columns = mapping.columns
    case = _needed(values, columns.case, mapping)
    if len(case) > LONGEST_CASE:
        raise _Refused(columns.case, "bad_text", f"A case's name has at most {LONGEST_CASE} characters.")
    at = _instant(values, columns.time, mapping, now)
    state = _needed(values, columns.state, mapping)
    if state not in mapping.states:
        raise _Refused(columns.state, "unknown_state", f"The mapping does not say what the state {state!r} is.")
    group = _known(values, columns.group, mapping)
    if group is not None and group not in mapping.groups:
        raise _Refused(columns.group, "unknown_group", f"The mapping does not say whose group {group!r} is.")
    priority = _known(values, columns.priority, mapping)
    if priority is not None and priority not in mapping.priorities:
        raise _Refused(columns.priority, "unknown_priority", f"The mapping does not know the priority {priority!r}.")
    opened = _known(values, columns.opened, mapping)
    opened_at = _instant(values, str(columns.opened), mapping, now) if opened is not None else None
    return LogRow(
        number=number,
        case=case,
        at=at,
        meaning=mapping.states[state],
        department=mapping.groups[group] if group is not None else None,
        priority=mapping.priorities[priority] if priority is not None else None,
        opened_at=opened_at,
        subject=_known(values, columns.subject, mapping),
        key=_key(
            _known(values, columns.id, mapping), columns.id, (case, values[columns.time], state, group or ""), seen
        ),
        source_state=state,
        source_group=group,
        values={column: values.get(column, "") for column in mapping.kept},
    )


def _key(own: str | None, column: str | None, told: tuple[str, ...], seen: _Seen) -> str:
    """The source's own id, once in each case; else a hash of what the row tells with its ordinal among equals."""
    if own is not None:
        if (told[0], own) in seen.ids:
            raise _Refused(column, "duplicate_id", f"The id {own!r} is that of another row of this case.")
        seen.ids.add((told[0], own))
        return f"id:{own}"
    base = hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:32]
    seen.equals[base] += 1
    return f"{base}:{seen.equals[base]}"


def _known(values: Mapping[str, str], column: str | None, mapping: LogMapping) -> str | None:
    if column is None:
        return None
    value = values.get(column, "").strip()
    return None if not value or value in mapping.unknown else value


def _needed(values: Mapping[str, str], column: str, mapping: LogMapping) -> str:
    value = _known(values, column, mapping)
    if value is None:
        raise _Refused(column, "missing_value", f"The column {column} says nothing.")
    return value


def _instant(values: Mapping[str, str], column: str, mapping: LogMapping, now: datetime) -> datetime:
    text = _needed(values, column, mapping)
    try:
        at = mapping.instant(text)
    except (ValueError, OverflowError) as error:
        raise _Refused(column, "unreadable_time", f"{text!r} is no time of the mapping's format.") from error
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise _Refused(column, "instant_outside", f"{text!r} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}.")
    if at > now + AHEAD:
        raise _Refused(column, "instant_in_future", f"{text!r} lies more than five minutes in the future.")
    return at
