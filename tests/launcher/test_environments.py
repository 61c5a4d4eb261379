from pathlib import Path

import pytest

from services.launcher.databases import DatabaseUrls
from services.launcher.environments import Addresses, environments, migration_environment

ADDRESSES = Addresses(
    databases={name: DatabaseUrls(f"runtime-{name}", f"owner-{name}") for name in ("identity", "requests")},
    ports={"identity": 1, "requests": 2},
    nats="nats://u:p@127.0.0.1:3",
    public_url="http://127.0.0.1:8080",
    attachments=Path("/data/attachments"),
    secrets={"identity": {"ACUERDO_KEY_ENCRYPTION_SECRET": "made by the launcher"}},
)


def test_each_process_finds_what_it_needs_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin:secret@db/postgres")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    table = environments(ADDRESSES)
    assert {name: [word for word in variables if "DATABASE" in word] for name, variables in table.items()} == {
        "gateway": [],
        "identity": ["ACUERDO_DATABASE_URL"],
        "requests": ["ACUERDO_DATABASE_URL"],
    }
    assert "secret" not in str(table)
    assert "owner-" not in str(table)
    assert table["gateway"]["ACUERDO_REQUESTS_URLS"] == "http://127.0.0.1:2"
    assert table["requests"]["ACUERDO_ATTACHMENTS_FOLDER"] == "/data/attachments"
    assert table["requests"]["ACUERDO_JWKS_URL"] == "http://127.0.0.1:1/oauth2/jwks"


def test_settings_of_the_person_at_the_terminal_pass_but_addresses_are_the_launchers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACUERDO_POOL_SIZE", "4")
    monkeypatch.setenv("ACUERDO_DATABASE_URL", "somewhere else")
    table = environments(ADDRESSES)
    assert table["requests"]["ACUERDO_POOL_SIZE"] == "4"
    assert table["requests"]["ACUERDO_DATABASE_URL"] == "runtime-requests"


def test_a_service_finds_its_own_secrets_and_the_gateway_none() -> None:
    table = environments(ADDRESSES)
    knowing = {
        name: sorted(word for word in ("made by the launcher", "nats://") if word in str(table[name])) for name in table
    }
    assert knowing == {"gateway": [], "identity": ["made by the launcher", "nats://"], "requests": ["nats://"]}


def test_a_secret_of_the_person_at_the_terminal_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACUERDO_KEY_ENCRYPTION_SECRET", "their own")
    assert environments(ADDRESSES)["identity"]["ACUERDO_KEY_ENCRYPTION_SECRET"] == "their own"


def test_only_migrations_know_the_owner() -> None:
    table = environments(ADDRESSES)
    migration = migration_environment(table["requests"], ADDRESSES.databases["requests"])
    assert migration["ACUERDO_MIGRATION_DATABASE_URL"] == "owner-requests"
