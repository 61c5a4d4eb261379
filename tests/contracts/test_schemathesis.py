"""The contract, tried with generated requests through the gateway of a real platform: Schemathesis, every check."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cli.openapi import contracts
from tests.launcher.processes import PROJECT
from tests.launching import Up, launching

EXAMPLES = os.environ.get("ACUERDO_EXAMPLES", "3")
CONFIGURATION = PROJECT / "schemathesis.toml"
ALWAYS = {"2xx", "3xx", "401", "403", "404", "409", "429", "5xx"}
SIGN_IN = """
[auth.dynamic.openapi.access_token]
path = "/v1/sessions"
payload = {{ email = {email}, password = {password} }}
extract_selector = "/access_token"
retry_on = [401]
"""
"""Beside the committed configuration: who signs in, again whenever the token has expired."""


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A platform with the demo."""
    with launching() as launch:
        yield launch(tmp_path / "data").wait()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_platform_keeps_its_contract(up: Up, tmp_path: Path) -> None:
    people: list[dict[str, str]] = json.loads((up.data / "demo.json").read_text())["people"]
    (admin,) = (person for person in people if person["role"] == "admin")
    member = next(person for person in people if person["role"] == "member")
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(
        CONFIGURATION.read_text() + SIGN_IN.format_map({k: json.dumps(v) for k, v in admin.items()})
    )
    # Slow generation is no failure of ours: the check on it fails on a machine that is busy with something else.
    options = ["--checks", "all", "--max-examples", EXAMPLES, "--suppress-health-check", "too_slow", "--no-color"]
    options += [] if "ACUERDO_EXAMPLES" in os.environ else ["--seed", "1"]
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--config-file",
            configuration,
            "run",
            f"{up.base_url}/openapi.json",
            *options,
        ],
        cwd=tmp_path,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(PROJECT),
            "SCHEMATHESIS_HOOKS": "tests.contracts.known_things",
            "ACUERDO_URL": up.base_url,
            **{f"ACUERDO_ADMIN_{name.upper()}": admin[name] for name in ("email", "password")},
            **{f"ACUERDO_MEMBER_{name.upper()}": member[name] for name in ("email", "password")},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(run.stdout)
    assert run.returncode == 0, run.stdout[-20_000:]


def test_what_is_allowed_is_what_the_api_allows() -> None:
    """412 and 428 on changes, 400 for cursors and on OAuth's own paths; the endless stream and signing out left out."""
    entries: list[dict[str, Any]] = tomllib.loads(CONFIGURATION.read_text())["operations"]
    changes, cursors, standards, *left_out = entries
    paged = {
        operation["operationId"]
        for item in contracts()["gateway"]["paths"].values()
        for operation in item.values()
        if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ()))
    }
    assert changes["include-method"] == ["PUT", "PATCH", "DELETE"]
    assert cursors["include-operation-id"] == sorted(paged)
    assert standards["include-path-regex"] == "^/(oauth2|scim/v2)(/|$)"
    assert [beyond_usual(entry) for entry in (changes, cursors, standards)] == [{"412", "428"}, {"400"}, {"400"}]
    endless_or_last = ("tickets_stream_events", "sessions_end_session")
    assert left_out == [{"include-operation-id": each, "enabled": False} for each in endless_or_last]


def beyond_usual(entry: dict[str, Any]) -> set[str]:
    """The statuses that are allowed for good data besides what Schemathesis always allows."""
    return set(entry["checks"]["positive_data_acceptance"]["expected-statuses"]) - ALWAYS
