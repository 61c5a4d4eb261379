"""What was released is kept: no client and no reader of events breaks, and the check says where one would."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from services.cli.commands import main
from services.cli.openapi import FOLDER, PROMISED, broken_promises, contracts
from services.cli.schema_changes import Rule

RELEASED = Path(__file__).parents[2] / FOLDER / "released"
NOW = contracts()


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A folder as a release of what the code says now leaves it; its `released` may be changed."""
    (tmp_path / "released").mkdir()
    for name in PROMISED:
        (tmp_path / "released" / f"{name}.json").write_text(json.dumps(NOW[name]))
    return tmp_path


@pytest.mark.skipif(not RELEASED.is_dir(), reason="nothing is released yet: there is no openapi/released")
def test_nothing_released_is_broken() -> None:
    assert [str(change) for change in broken_promises(RELEASED, NOW)] == []


def test_before_the_first_release_the_check_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "--check", "--folder", str(tmp_path)]) == 0
    assert "nothing is released yet" in capsys.readouterr().out


def test_what_has_not_changed_breaks_nobody(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "--check", "--folder", str(released)]) == 0
    assert "no client of the last release breaks" in capsys.readouterr().out


def test_the_check_names_what_breaks(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promised = deepcopy(NOW["gateway"])
    promised["paths"]["/v1/promised"] = {"get": {"responses": {"200": {}}}}
    (released / "released" / "gateway.json").write_text(json.dumps(promised))
    assert main(["openapi", "--check", "--folder", str(released)]) == 1
    assert f"GET /v1/promised: {Rule.ENDPOINT_REMOVED}" in capsys.readouterr().out


def test_readers_of_events_are_clients_too(released: Path) -> None:
    now = deepcopy(NOW)
    del now["asyncapi"]["components"]["schemas"]["TicketSubmitted"]["properties"]["priority"]
    del now["asyncapi"]["channels"]["acuerdo.identity.person.changed.v1"]
    found = {(change.where, change.rule) for change in broken_promises(released / "released", now)}
    assert found == {
        ("acuerdo.requests.ticket.submitted.v1/data/priority", Rule.RESPONSE_FIELD_REMOVED),
        ("acuerdo.identity.person.changed.v1", Rule.ENDPOINT_REMOVED),
    }
