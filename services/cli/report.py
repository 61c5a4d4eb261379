"""Print a report of a running platform as a table, or as JSON."""

import argparse
import json
import sys
from typing import Any
from uuid import UUID

from rich.table import Table

from services.cli.client import Platform, PlatformRefused, add_platform_arguments, platform_of
from services.cli.output import ended_early, print_table

REPORTS = ("attainment", "time-held", "scoreboard")
PAIR = ("customer_department_id", "provider_department_id")
NO_PAIR = "a scoreboard is of two departments: give --customer-department-id and --provider-department-id"
FILTERS = {
    "from": ("DAY", "the first day of the period (YYYY-MM-DD)"),
    "to": ("DAY", "the day after the last"),
    "time_zone": ("ZONE", "in which days begin and end (default UTC)"),
    "customer_department_id": ("DEPARTMENT", "who asked: a department's code or id"),
    "provider_department_id": ("DEPARTMENT", "who was asked: a department's code or id"),
    "offering_id": ("ID", "for what: an offering's id"),
    "priority": ("PRIORITY", "the promised one: low, normal, high or urgent"),
}
COUNTS = ("n", "met", "missed", "open", "void", "best_effort", "refuted")
DAY = 86_400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which report, over what."""
    parser.add_argument("report", choices=REPORTS, help="a scoreboard needs both departments")
    for name, (stands_for, told) in FILTERS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, dest=f"filter_{name}", metavar=stands_for, help=told)
    parser.add_argument("--json", action="store_true", help="print the API's answer")
    add_platform_arguments(parser)


@ended_early
def run(options: argparse.Namespace) -> int:
    """0 when the report was printed."""
    given = {name: value for name in FILTERS if (value := getattr(options, f"filter_{name}")) is not None}
    if options.report == "scoreboard" and not given.keys() >= set(PAIR):
        print(f"acuerdo: {NO_PAIR}", file=sys.stderr)
        return 2
    try:
        with platform_of(options) as platform:
            given |= {name: _id_of(platform, given[name]) for name in PAIR if name in given}
            report = platform.ask("GET", f"/v1/reports/{options.report}", params=given)
    except PlatformRefused as error:
        print(f"acuerdo: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report, indent=2))
        return 0
    for table in _tables(options, report):
        print_table(table)
    return 0


def _id_of(platform: Platform, department: str) -> str:
    """The department's id; what is no id is looked up as a code. PlatformRefused."""
    try:
        return str(UUID(department))
    except ValueError:
        found = platform.all("/v1/departments", code=department)
    if not found:
        raise PlatformRefused(f"there is no department {department}")
    return str(found[0]["id"])


def _tables(options: argparse.Namespace, report: dict[str, Any]) -> list[Table]:
    match options.report:
        case "attainment":
            return [_attainment(f"Attainment, {_period(report)}", report["items"])]
        case "time-held":
            return [_time_held(report)]
    a, b = (getattr(options, f"filter_{name}") for name in PAIR)
    pairs = zip((f"{a} asks, {b} provides", f"{b} asks, {a} provides"), report["items"], strict=True)
    return [
        _attainment(f"{title}, {_period(report)}", [*pair["targets"], *pair["obligations"]]) for title, pair in pairs
    ]


def _period(report: dict[str, Any]) -> str:
    if report["from"] is None and report["to"] is None:
        return "all time"
    return f"{report['from'] or '…'} to {report['to'] or '…'} ({report['time_zone']})"


def _attainment(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, caption="share: met of n = met + missed; 95 % Wilson interval")
    table.add_column("clock")
    table.add_column("side")
    for name in (*COUNTS, "share", "95 %", "objective"):
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        interval = "–" if row["low"] is None else f"{row['low']:.1%} – {row['high']:.1%}"
        counts = [f"{row[name]:,}" for name in COUNTS]
        table.add_row(row["clock"], row["side"], *counts, _share(row["share"]), interval, _objective(row))
    return table


def _objective(row: dict[str, Any]) -> str:
    if row["objective"] is None:
        return "–"
    return f"{row['objective']:.1%} {'kept' if row['is_objective_kept'] else 'missed'}"


def _time_held(report: dict[str, Any]) -> Table:
    title = f"Who held the time, {_period(report)}"
    caption = f"{report['tickets']:,} tickets, {report['wall_seconds'] / DAY:,.1f} days of wall time"
    table = Table(title=title, caption=caption)
    table.add_column("party")
    for name in ("intervals", "wall, days", "share", "working, hours", "share"):
        table.add_column(name, justify="right")
    for row in report["items"]:
        table.add_row(
            row["party"],
            f"{row['intervals']:,}",
            f"{row['wall_seconds'] / DAY:,.1f}",
            _share(row["share"]),
            f"{row['working_seconds'] / 3600:,.1f}",
            _share(row["working_share"]),
        )
    return table


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
