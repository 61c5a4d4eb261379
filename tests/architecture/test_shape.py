"""The shape of the house that no linter knows: short files, names that say something, commits in few places."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LONGEST = 300  # lines
SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
# The transaction of a request, of the outbox and of migrations; everybody else gets a session and leaves it open.
COMMIT_HERE = {
    "db.py",
    "routing.py",
    "outbox.py",
    "relay.py",
    "inbox.py",
    "consumers.py",
    "receiving.py",
    "migrating.py",
}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (PROJECT / folder).rglob("*.py") if path.parent.name != "versions")


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_files_are_short() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in sources("services", "tests")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_conftests_are_very_short() -> None:
    conftests = [path for path in sources("tests") if path.name == "conftest.py"]
    assert conftests
    assert [named(path) for path in conftests if len(path.read_text().splitlines()) > 60] == []


def test_no_room_collects_everything() -> None:
    parts = {named(path): {*path.relative_to(PROJECT).with_suffix("").parts} for path in sources("services", "tests")}
    assert [name for name, words in parts.items() if words & SAY_NOTHING] == []


def test_only_the_edges_commit() -> None:
    edges = {PROJECT / "services" / "shared" / name for name in COMMIT_HERE}
    committing = [path for path in sources("services") if path not in edges and calls_commit(path)]
    assert [named(path) for path in committing] == []


def test_every_module_says_why_it_exists() -> None:
    silent = [
        named(path)
        for path in sources("services")
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []


def calls_commit(path: Path) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        for node in ast.walk(ast.parse(path.read_text()))
    )
