"""The contracts: openapi/<service>.json, gateway.json of all of them merged, asyncapi.json of their events."""

import argparse
import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from services.cli.asyncapi import asyncapi_document
from services.gateway.contract import merge
from services.gateway.routes import ROUTES, RouteTable
from services.launcher.databases import SERVICES
from services.shared.service_app import openapi_document

FOLDER = Path("openapi")
NO_DATABASE = "postgresql://nobody@127.0.0.1/nothing"
"""An app wants an address; nothing connects to it here."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("--folder", type=Path, default=FOLDER, help="default ./%(default)s")


def run(options: argparse.Namespace) -> int:
    """Write what the code says now."""
    options.folder.mkdir(exist_ok=True)
    for name, document in contracts().items():
        (options.folder / f"{name}.json").write_text(text_of(document), encoding="utf-8")
    return 0


def contracts() -> dict[str, dict[str, Any]]:
    """Each contract by name, as the code makes it now; needs no server."""
    documents = {name: _contract(name) for name in SERVICES}
    merged = merge(documents, RouteTable(ROUTES))
    return {**documents, "gateway": merged, "asyncapi": asyncapi_document(SERVICES)}


def text_of(document: dict[str, Any]) -> str:
    """A contract as it is committed: sorted, readable in a diff."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _contract(service: str) -> dict[str, Any]:
    os.environ.setdefault("ACUERDO_DATABASE_URL", NO_DATABASE)
    return openapi_document(import_module(f"services.{service}.app").create_app())
