"""The committed contracts are what the code says now."""

from pathlib import Path

import pytest

from services.cli.openapi import FOLDER, contracts, text_of

NAMES = ("feedback", "gateway", "identity", "requests")


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_contract_is_the_codes(name: str) -> None:
    committed = (Path(__file__).parents[2] / FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert committed == text_of(contracts()[name]), "run `make openapi` and commit what it writes"


def test_every_operation_is_named_by_its_tag_and_tells_its_problems() -> None:
    document = contracts()["gateway"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in ("get", "put", "post", "patch", "delete"):
                continue
            (tag,) = operation["tags"]
            assert operation["operationId"].startswith(tag.replace("-", "_") + "_"), (method, path)
            assert path.startswith("/health") or any(int(s) >= 400 for s in operation["responses"]), (method, path)
