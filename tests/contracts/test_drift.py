"""The committed contracts are what the code says now."""

from pathlib import Path

import pytest

from services.cli.openapi import FOLDER, contracts, text_of

NAMES = ("asyncapi", "feedback", "gateway", "identity", "requests")


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_contract_is_the_codes(name: str) -> None:
    committed = (Path(__file__).parents[2] / FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert committed == text_of(contracts()[name]), "run `make openapi` and commit what it writes"
