"""How a report looks to a person: a column for each field of its rows, shares in percent, time in days or hours."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, get_args

from pydantic import BaseModel
from rich.table import Table

from services.requests.reports.schemas import AttainmentRow

UNITS = {"wall": (86_400, "days"), "working": (3600, "hours")}
SECONDS = "_seconds"
NOTHING = "–"
NUMBERS = {int, float, timedelta}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """What stands above it, and what it shows of a row."""

    heading: str
    cell: Callable[[Row], str]
    is_number: bool = True


def tables_of(title: str, row: type[BaseModel], report: Row, pair: Sequence[str]) -> list[Table]:
    """One; of a report with rows for each direction of a `pair` of departments one for each, by the names given."""
    if "targets" not in row.model_fields:
        return [_table(title + _period(report), row, report["items"], _whole(report))]
    directions = (f"{asks} asks, {provides} provides" for asks, provides in (pair, reversed(pair)))
    return [
        _table(direction + _period(report), AttainmentRow, [*each["targets"], *each["obligations"]])
        for direction, each in zip(directions, report["items"], strict=True)
    ]


def _table(title: str, row: type[BaseModel], items: Iterable[Row], caption: str = "") -> Table:
    table = Table(title=title, caption=caption or None)
    columns = list(_columns(row))
    for column in columns:
        table.add_column(column.heading, justify="right" if column.is_number else "left")
    for item in items:
        table.add_row(*(column.cell(item) for column in columns))
    return table


def _columns(row: type[BaseModel]) -> Iterator[Column]:
    for field, told in row.model_fields.items():
        name, kind = told.serialization_alias or field, told.annotation
        if name in TOGETHER:
            yield Column(*TOGETHER[name])
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            for inner in kind.model_fields:
                yield Column(_heading(name, inner), partial(_within, name, inner))
        elif name not in BESIDE:
            is_number = bool(NUMBERS & {kind, *get_args(kind)})
            yield Column(_heading(name), partial(_field, name), is_number)


def _period(report: Row) -> str:
    if "from" not in report:
        return ""
    if report["from"] is None and report["to"] is None:
        return ", all time"
    return f", {report['from'] or '…'} to {report['to'] or '…'} ({report['time_zone']})"


def _whole(report: Row) -> str:
    """What the report tells of all its rows together.

    >>> _whole({"items": [], "next": None, "tickets": 1200, "wall_seconds": 129600, "computed_at": "2026-01-01T00:00Z"})
    '1,200 tickets, 1.5 wall (days)'
    """
    told = {name: each for name, each in report.items() if isinstance(each, int | float)}
    return ", ".join(f"{_shown(name, each)} {_heading(name)}" for name, each in told.items())


def _heading(name: str, inner: str = "") -> str:
    """The name of a field, of a field within it, and the unit of time.

    >>> _heading("best_effort"), _heading("wall_seconds"), _heading("working_seconds", "p95")
    ('best effort', 'wall (days)', 'working p95 (hours)')
    """
    said = name.removesuffix(SECONDS)
    unit = f"({UNITS[said][1]})" if name.endswith(SECONDS) else ""
    return " ".join(part for part in (said.replace("_", " "), inner, unit) if part)


def _shown(name: str, value: Any) -> str:
    """A value by its kind: a float is a share, unless it is seconds.

    >>> _shown("share", 0.25), _shown("n", 1200), _shown("wall_seconds", 43200), _shown("low", None)
    ('25.0%', '1,200', '0.5', '–')
    >>> _shown("signals", ["beyond_limits"]), _shown("signals", [])
    ('beyond_limits', '')
    """
    match value:
        case None:
            return NOTHING
        case int() | float() if name.endswith(SECONDS):
            return f"{value / UNITS[name.removesuffix(SECONDS)][0]:,.1f}"
        case float():
            return f"{value:.1%}"
        case int():
            return f"{value:,}"
        case list():
            return " ".join(value)
    return str(value)


def _field(name: str, row: Row) -> str:
    return _shown(name, row[name])


def _within(name: str, inner: str, row: Row) -> str:
    return _shown(name, row[name][inner])


def _between(low: str, high: str) -> Callable[[Row], str]:
    return lambda row: NOTHING if row[low] is None else f"{row[low]:.1%} – {row[high]:.1%}"


def _objective(row: Row) -> str:
    if row["objective"] is None:
        return NOTHING
    return f"{row['objective']:.1%} {'kept' if row['is_objective_kept'] else 'missed'}"


def _after_decisions(row: Row) -> str:
    after = row["after_decisions"]
    if "overdue" in after:
        return f"{after['overdue']:,} overdue"
    if after["share"] is None:
        return NOTHING
    return f"{after['share']:.1%} of {after['n']:,}" if "n" in after else f"{after['share']:.1%}"


TOGETHER: Mapping[str, tuple[str, Callable[[Row], str]]] = {
    "low": ("95 %", _between("low", "high")),
    "lower": ("limits", _between("lower", "upper")),
    "objective": ("objective", _objective),
    "after_decisions": ("after decisions", _after_decisions),
}
"""Fields that are one column with others of the row: its heading and its cell."""
BESIDE = {"high", "upper", "is_objective_kept"}
"""The others."""
