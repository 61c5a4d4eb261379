"""The contracts: openapi/<service>.json, gateway.json of all of them merged, asyncapi.json of their events."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.cli.asyncapi import asyncapi_document
from services.cli.contract_changes import breaking_changes, breaking_event_changes
from services.cli.processes import app_module, settings_class
from services.cli.schema_changes import Change
from services.gateway.contract import merge
from services.gateway.routes import ROUTES, RouteTable
from services.launcher.databases import SERVICES
from services.shared.service_app import openapi_document

Document = dict[str, Any]
FOLDER = Path("openapi")
PROMISED = ("gateway", "asyncapi")
"""What clients and readers of events see; a release copies both to openapi/released."""
NO_DATABASE = "postgresql://nobody@127.0.0.1/nothing"
"""An app wants an address; nothing connects to it here."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, or what to compare with."""
    parser.add_argument("--folder", type=Path, default=FOLDER, help="default ./%(default)s")
    parser.add_argument(
        "--check", action="store_true", help="write nothing: tell what breaks clients of the last release"
    )


def run(options: argparse.Namespace) -> int:
    """Write what the code says now; or compare it with FOLDER/released, 1 where something breaks."""
    if options.check:
        return _check(options.folder / "released")
    options.folder.mkdir(exist_ok=True)
    for name, document in contracts().items():
        (options.folder / f"{name}.json").write_text(text_of(document), encoding="utf-8")
    return 0


def contracts() -> dict[str, Document]:
    """Each contract by name, as the code makes it now; needs no server."""
    documents = {name: _contract(name) for name in SERVICES}
    merged = merge(documents, RouteTable(ROUTES))
    return {**documents, "gateway": merged, "asyncapi": asyncapi_document(SERVICES)}


def broken_promises(released: Path, now: Mapping[str, Document]) -> list[Change]:
    """What breaks those who use the released contracts (copies of gateway.json and asyncapi.json), sorted."""
    api, events = (json.loads((released / f"{name}.json").read_bytes()) for name in PROMISED)
    return breaking_changes(api, now["gateway"]) + breaking_event_changes(events, now["asyncapi"])


def _check(released: Path) -> int:
    if not released.is_dir():
        print(f"nothing is released yet: {released} would hold what a release promised, and nothing can break")
        return 0
    broken = broken_promises(released, contracts())
    for change in broken:
        print(change)
    print(
        f"{len(broken)} changes break clients of the last release" if broken else "no client of the last release breaks"
    )
    return 1 if broken else 0


def text_of(document: Document) -> str:
    """A contract as it is committed: sorted, readable in a diff."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _contract(service: str) -> Document:
    module = app_module(service)
    return openapi_document(module.create_app(settings_class(module)(database_url=NO_DATABASE)))
