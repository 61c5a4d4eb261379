"""Bring in the log of another system: departments and the offering are made where missing, a dry run comes first."""

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from services.cli.client import Platform, PlatformAway, PlatformRefused, add_platform_arguments, platform_of
from services.cli.mapping_file import MappingFile, UnusableMapping, read_mapping
from services.cli.output import ended_early, print_table
from services.requests.imports.rules.csv_log import csv_records
from services.requests.imports.rules.records import NotThisFormat, RowError
from services.requests.imports.rules.xes_log import xes_records

REFUSED, ROWS_REFUSED = 2, 1
LOOK = 0.2
PATIENCE = 60.0
ENDED = ("done", "failed", "cancelled")
SHOWN_ERRORS = 20


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
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        declared = read_mapping(options.mapping)
        content = options.log.read_bytes()
        groups = _groups_of(content, declared)
        with platform_of(options) as platform:
            mapping = _settled(platform, declared, groups, console)
            job = _bring_in(platform, options.log.name, content, mapping, console, is_dry_run=True)
            if not options.dry_run and job["state"] == "done":
                job = _bring_in(platform, options.log.name, content, mapping, console, is_dry_run=False)
    except (OSError, UnusableMapping, PlatformRefused) as error:
        print(f"acuerdo: {error}", file=sys.stderr)
        return REFUSED
    print(json.dumps(job, indent=2)) if options.json else _show(job)
    if job["state"] != "done":
        return REFUSED
    return ROWS_REFUSED if job["result"]["rows_refused"] else 0


def _settled(platform: Platform, declared: MappingFile, groups: dict[str, str], console: Console) -> dict[str, Any]:
    """The mapping as the API takes it, with ids: departments and the offering are made where they are missing."""
    known: dict[str, str] = {each["code"].upper(): each["id"] for each in platform.all("/v1/departments", limit=200)}

    def department(code: str, name: str) -> str:
        if code.upper() not in known:
            new = {"code": code, "name": name, "time_zone": declared.time_zone}
            known[code.upper()] = str(platform.ask("POST", "/v1/departments", json=new)["id"])
        return known[code.upper()]

    before = len(known)
    customer = department(declared.customer.code, declared.customer.name)
    default = department(declared.default_provider.code, declared.default_provider.name)
    ids = {name: department(code, name) for name, code in groups.items()}
    console.print(f"departments: {len(known) - before} made, {before} known before")
    return {
        **declared.of_the_api(),
        "groups": ids,
        "customer_department_id": customer,
        "default_provider_department_id": default,
        "offering_id": _offering(platform, declared.offering, default, console),
    }


def code_of(name: str) -> str:
    """The code of a department that is made for a group.

    >>> code_of("Group 56"), code_of("Réseaux / Nord")
    ('GROUP-56', 'R-SEAUX-NORD')
    """
    return re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")[:32].rstrip("-") or "GROUP"


def _groups_of(content: bytes, declared: MappingFile) -> dict[str, str]:
    """The code of each group that the log names and that has a department, or is to have one. UnusableMapping."""
    column = declared.columns.get("group")
    if column is None:
        return {}
    try:
        records = xes_records(content) if declared.format == "xes" else csv_records(content, declared.delimiter)
        found = {record.get(column, "").strip() for _, record in records if not isinstance(record, RowError)}
    except NotThisFormat as other:
        raise UnusableMapping(f"the log is no {declared.format}: it has no header") from other
    named = sorted(found.difference(["", *declared.unknown]))
    codes = declared.groups.codes
    wanted = {name: codes.get(name, code_of(name)) for name in named if declared.groups.make or name in codes}
    first: dict[str, str] = {}
    for name, code in wanted.items():
        if name not in codes and first.setdefault(code.upper(), name) != name:
            why = f"the groups {first[code.upper()]!r} and {name!r} would both become {code}"
            raise UnusableMapping(f"{why}; give them codes in [groups.codes]")
    return wanted


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
    platform: Platform, name: str, content: bytes, mapping: dict[str, Any], console: Console, *, is_dry_run: bool
) -> dict[str, Any]:
    """The job, ended."""
    form = {"mapping": json.dumps(mapping), "dry_run": "true" if is_dry_run else "false"}
    job = platform.ask("POST", "/v1/imports", data=form, files={"file": (name, content)})
    started = time.monotonic()
    while job["state"] not in ENDED:
        time.sleep(LOOK)
        job = _looked_at(platform, job["id"])
    seconds = time.monotonic() - started
    counts = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in (job["result"] or {}).items())
    console.print(f"{'dry run' if is_dry_run else 'import'}: {job['state']} in {seconds:.1f} s; {counts}")
    return dict(job)


def _looked_at(platform: Platform, job_id: str) -> dict[str, Any]:
    """The job as it stands; a platform that restarts meanwhile takes it up again, so for a minute it may be away."""
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            return dict(platform.ask("GET", f"/v1/imports/{job_id}"))
        except PlatformAway:
            if time.monotonic() > patience:
                raise
            time.sleep(LOOK)


def _show(job: dict[str, Any]) -> None:
    table = Table(title="would come of it" if job["is_dry_run"] else "import", show_header=False)
    for name, count in (job["result"] or {}).items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    print_table(table)
    if job["errors"]:
        shown = job["errors"][:SHOWN_ERRORS]
        errors = Table("row", "column", "error", "why", title="rows that stayed out")
        for error in shown:
            errors.add_row(str(error["row"]), error["column"] or "", error["code"], error["message"])
        if len(job["errors"]) > len(shown):
            errors.caption = f"the first {len(shown)}; --json lists {len(job['errors']):,}"
        print_table(errors)
