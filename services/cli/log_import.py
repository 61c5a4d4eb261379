"""Bring in the log of another system: departments and the offering are made where missing, a dry run comes first."""

import argparse
import json
import re
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from services.cli.client import Platform, PlatformRefused, add_platform_arguments, platform_of
from services.cli.output import ended_early
from services.requests.imports.rules.csv_log import csv_records
from services.requests.imports.rules.records import NotThisFormat, RowError
from services.requests.imports.rules.xes_log import xes_records

REFUSED, ROWS_REFUSED = 2, 1
LOOK = 0.2
ENDED = ("done", "failed", "cancelled")
SHOWN_ERRORS = 20
OF_THE_API = (
    "source",
    "format",
    "time_zone",
    "time_format",
    "delimiter",
    "unknown",
    "keep",
    "columns",
    "states",
    "priorities",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which log, what it means, and where it goes."""
    parser.add_argument("log", type=Path, help="a CSV file in UTF-8 with a header line, or a XES log")
    parser.add_argument("--mapping", type=Path, required=True, help="what its columns and values mean (TOML)")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would come of it")
    parser.add_argument("--json", action="store_true", help="print the finished job as JSON")
    add_platform_arguments(parser)


@ended_early
def run(options: argparse.Namespace) -> int:
    """0: every row landed; 1: some rows stayed out and are listed; 2: nothing could be done."""
    console = Console(stderr=True, highlight=False)
    try:
        declared = tomllib.loads(options.mapping.read_text(encoding="utf-8"))
        with platform_of(options) as platform:
            mapping = _settled(platform, declared, options.log, console)
            job = _bring_in(platform, options.log, mapping, console, is_dry_run=True)
            if not options.dry_run and job["state"] == "done":
                job = _bring_in(platform, options.log, mapping, console, is_dry_run=False)
    except (OSError, UnicodeError, NotThisFormat, tomllib.TOMLDecodeError, KeyError, PlatformRefused) as error:
        missing = f"the mapping lacks {error}" if isinstance(error, KeyError) else str(error)
        print(f"acuerdo: {missing}", file=sys.stderr)
        return REFUSED
    print(json.dumps(job, indent=2)) if options.json else _show(job)
    if job["state"] != "done":
        return REFUSED
    return ROWS_REFUSED if job["result"]["rows_refused"] else 0


def _settled(platform: Platform, declared: dict[str, Any], log: Path, console: Console) -> dict[str, Any]:
    """The mapping as the API takes it, with ids: departments and the offering are made where they are missing."""
    known: dict[str, str] = {each["code"].upper(): each["id"] for each in platform.all("/v1/departments", limit=200)}

    def department(code: str, name: str) -> str:
        if code.upper() not in known:
            new = {"code": code, "name": name, "time_zone": declared.get("time_zone", "UTC")}
            known[code.upper()] = str(platform.ask("POST", "/v1/departments", json=new)["id"])
        return known[code.upper()]

    before = len(known)
    customer = department(declared["customer"]["code"], declared["customer"]["name"])
    default = department(declared["default_provider"]["code"], declared["default_provider"]["name"])
    groups = declared.get("groups", {})
    codes = groups.get("codes", {})
    found = _groups_of(log, declared)
    wanted = {name: codes.get(name, code_of(name)) for name in found if groups.get("make") or name in codes}
    ids = {name: department(code, name) for name, code in wanted.items()}
    console.print(f"departments: {len(known) - before} made, {before} known")
    offering = _offering(platform, declared["offering"], default, console)
    return {
        **{name: declared[name] for name in OF_THE_API if name in declared},
        "groups": ids,
        "customer_department_id": customer,
        "default_provider_department_id": default,
        "offering_id": offering,
    }


def code_of(name: str) -> str:
    """The code of a department that is made for a group.

    >>> code_of("Group 56"), code_of("Réseaux / Nord")
    ('GROUP-56', 'R-SEAUX-NORD')
    """
    return re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")[:32] or "GROUP"


def _groups_of(log: Path, declared: dict[str, Any]) -> list[str]:
    column, unknown = declared["columns"].get("group"), ["", *declared.get("unknown", [])]
    if column is None:
        return []
    content = log.read_bytes()
    is_xes = declared.get("format") == "xes"
    records = xes_records(content) if is_xes else csv_records(content, declared.get("delimiter", ","))
    found = {record.get(column, "").strip() for _, record in records if not isinstance(record, RowError)}
    return sorted(found.difference(unknown))


def _offering(platform: Platform, declared: dict[str, Any], provider_id: str, console: Console) -> str:
    query = {"provider_department_id": provider_id, "code": declared["code"]}
    known = platform.all("/v1/offerings", **query)
    if known:
        console.print(f"offering: {declared['code']} is known")
        return str(known[0]["id"])
    made = platform.ask("POST", "/v1/offerings", json={**declared, "provider_department_id": provider_id})
    console.print(f"offering: {declared['code']} made")
    return str(made["id"])


def _bring_in(
    platform: Platform, log: Path, mapping: dict[str, Any], console: Console, *, is_dry_run: bool
) -> dict[str, Any]:
    """The job, ended."""
    with log.open("rb") as content:
        form = {"mapping": json.dumps(mapping), "dry_run": "true" if is_dry_run else "false"}
        job = platform.ask("POST", "/v1/imports", data=form, files={"file": (log.name, content)})
    started = time.monotonic()
    while job["state"] not in ENDED:
        time.sleep(LOOK)
        job = platform.ask("GET", f"/v1/imports/{job['id']}")
    seconds = time.monotonic() - started
    counts = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in (job["result"] or {}).items())
    console.print(f"{'dry run' if is_dry_run else 'import'}: {job['state']} in {seconds:.1f} s; {counts}")
    return dict(job)


def _show(job: dict[str, Any]) -> None:
    table = Table(title="would come of it" if job["is_dry_run"] else "import", show_header=False)
    for name, count in (job["result"] or {}).items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    console = Console(highlight=False)
    console.print(table)
    if job["errors"]:
        errors = Table("row", "column", "error", "why", title="rows that stayed out")
        for error in job["errors"][:SHOWN_ERRORS]:
            errors.add_row(str(error["row"]), error["column"] or "", error["code"], error["message"])
        console.print(errors)
