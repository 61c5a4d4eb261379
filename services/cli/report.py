"""Print a report of a running platform as a table, or as JSON or CSV."""

import argparse
import json
import sys
from typing import Any
from uuid import UUID

from services.cli.client import Platform, PlatformRefused, add_platform_arguments, platform_of
from services.cli.known_reports import DEPARTMENT, PREFIX, Filter, Report, known_reports
from services.cli.output import ended_early, print_table
from services.cli.report_tables import tables_of

PAIR = ("customer_department_id", "provider_department_id")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which report, over what."""
    reports = parser.add_subparsers(
        dest="report", required=True, metavar="REPORT", help="one of these; each has its own filters"
    )
    for name, report in known_reports().items():
        asked = reports.add_parser(name, help=report.title.replace("%", "%%"), description=f"{report.title}.")
        for each in report.filters:
            _add_filter(asked, each)
        shown = asked.add_mutually_exclusive_group()
        shown.add_argument("--json", action="store_true", help="print the API's answer")
        shown.add_argument("--csv", action="store_true", help="print the rows as a spreadsheet takes them")
        add_platform_arguments(asked)


def _add_filter(parser: argparse.ArgumentParser, each: Filter) -> None:
    shape: dict[str, Any] = {"choices": each.choices, "metavar": each.metavar}
    if each.is_flag:
        shape = {"action": "store_const", "const": "true"}
    elif each.is_list:
        shape["action"] = "append"
    parser.add_argument(_option(each), dest=f"filter_{each.name}", help=each.told.replace("%", "%%"), **shape)


def _option(each: Filter) -> str:
    return f"--{each.name.replace('_', '-')}"


@ended_early
def run(options: argparse.Namespace) -> int:
    """0 when the report was printed."""
    report = known_reports()[options.report]
    asked = {each.name: getattr(options, f"filter_{each.name}") for each in report.filters}
    given = {name: value for name, value in asked.items() if value is not None}
    needed = [each for each in report.filters if each.is_required]
    if any(each.name not in given for each in needed):
        print(f"acuerdo: the {report.name} needs {' and '.join(map(_option, needed))}", file=sys.stderr)
        return 2
    try:
        with platform_of(options) as platform:
            _print(platform, report, given, options)
    except PlatformRefused as error:
        print(f"acuerdo: {error}", file=sys.stderr)
        return 2
    return 0


def _print(platform: Platform, report: Report, given: dict[str, Any], options: argparse.Namespace) -> None:
    departments = {name: _id_of(platform, given[name]) for name in given if name.endswith(DEPARTMENT)}
    path, params = f"{PREFIX}{report.name}", given | departments
    if options.csv:
        sys.stdout.write(platform.text(path, params=params | {"format": "csv"}))
        return
    told = platform.ask("GET", path, params=params)
    if options.json:
        print(json.dumps(told, indent=2))
        return
    for table in tables_of(report.title, report.row, told, [given.get(name, "") for name in PAIR]):
        print_table(table)


def _id_of(platform: Platform, department: str) -> str:
    """The department's id; what is no id is looked up as a code. PlatformRefused."""
    try:
        return str(UUID(department))
    except ValueError:
        found = platform.all("/v1/departments", code=department)
    if not found:
        raise PlatformRefused(f"there is no department {department}")
    return str(found[0]["id"])
