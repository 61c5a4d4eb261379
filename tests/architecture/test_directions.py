"""The directions between rooms hold, and the contracts that say so notice what strays."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = ("gateway", "identity", "requests", "feedback")
PRESENT = tuple(name for name in SERVICES if (PROJECT / "services" / name / "__init__.py").exists())
WITHOUT_CACHES = shutil.ignore_patterns("__pycache__")
IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if "migrations.versions" not in module.name:
        importlib.import_module(module.name)
"""
# one stray per contract of pyproject.toml: where it is planted, and the import that must not be there
STRAYS = {
    "never on each other": ("shared/settings.py", "import services.gateway.settings"),
    "Rooms of requests": ("requests/agreements/rules/strays.py", "import services.requests.tickets.schemas"),
    "Rooms of feedback": ("feedback/interactions/policies.py", "import services.feedback.surveys.rules"),
    "Rooms of identity": ("identity/departments/rules.py", "import services.identity.people.rules"),
    "In a feature the web stands on": ("strays/feature/rules.py", "import services.strays.feature.api"),
    "Rules and pure rooms compute": ("requests/worktime/strays.py", "import sqlalchemy"),
    "Use cases and queries know no web": ("strays/feature/service.py", "import fastapi"),
    "Tokens have one door": ("gateway/settings.py", "import jose"),
    "No cycles": ("shared/problems.py", "import services.shared.auth"),
}


@pytest.mark.parametrize("name", PRESENT)
def test_a_service_stands_without_the_others(name: str, tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    shutil.copy(PROJECT / "services" / "__init__.py", tmp_path / "services")
    for folder in ("shared", name):
        shutil.copytree(PROJECT / "services" / folder, tmp_path / "services" / folder, ignore=WITHOUT_CACHES)
    imported = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, f"services.{name}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr


def test_contracts_notice_strays(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    shutil.copytree(PROJECT / "services", tmp_path / "services", ignore=WITHOUT_CACHES)
    feature = tmp_path / "services" / "strays" / "feature"
    feature.mkdir(parents=True)
    for empty in (feature.parent / "__init__.py", feature / "__init__.py", feature / "api.py"):
        empty.touch()
    for place, stray in STRAYS.values():
        with (tmp_path / "services" / place).open("a") as file:
            file.write(f"\n{stray}\n")
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "200", "PATH": ""},
    )
    broken = [line for line in linted.stdout.splitlines() if "BROKEN" in line]
    assert linted.returncode == 1
    assert [name for name in STRAYS if not any(name in line for line in broken)] == []
