import os
import subprocess
import sys

import pytest

from services.cli.processes import app_module, secrets_given, settings_class
from services.launcher.databases import SERVICES
from services.launcher.given_secrets import PLACEHOLDER
from tests.launcher.processes import PROJECT

GOOD = "c41f9ca0aa09cf07bfa22e4a6c0d1e5f"
TAKES_SECRETS = {
    "identity": {"ACUERDO_KEY_ENCRYPTION_SECRET"},
    "requests": set[str](),
    "feedback": {"ACUERDO_LINK_SECRET"},
}


def variables(service: str, secret: str) -> dict[str, str]:
    """What a service needs in its environment, with `secret` for every one of its secrets."""
    return {
        "ACUERDO_DATABASE_URL": f"postgresql://acuerdo_{service}:{secret}@127.0.0.1:1/acuerdo_{service}",
        "ACUERDO_NATS_URL": f"nats://acuerdo:{secret}@127.0.0.1:1",
        **dict.fromkeys(TAKES_SECRETS[service], secret),
    }


def serve(process: str, environment: dict[str, str]) -> str:
    """What a process that refuses to start says."""
    ended = subprocess.run(
        [sys.executable, "-m", "services", "serve", process, "--port", "1"],
        cwd=PROJECT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert GOOD not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_every_secret_of_a_service_is_looked_at(service: str) -> None:
    found = secrets_given(settings_class(app_module(service)), variables(service, GOOD))
    expected = {"the password in ACUERDO_DATABASE_URL", "the password in ACUERDO_NATS_URL", *TAKES_SECRETS[service]}
    assert found == dict.fromkeys(expected, GOOD)


def test_the_gateway_has_no_secrets() -> None:
    assert secrets_given(settings_class(app_module("gateway")), {}) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_does_not_start_with_the_secrets_given_the_template(service: str) -> None:
    told = serve(service, variables(service, PLACEHOLDER))
    for name in ("the password in ACUERDO_DATABASE_URL", "the password in ACUERDO_NATS_URL", *TAKES_SECRETS[service]):
        assert f"{name} is still the placeholder" in told
    assert "`python -m services secrets` makes good ones" in told


@pytest.mark.parametrize(("secret", "reason"), [("", "is missing"), ("postgres", "is shorter than 16 characters")])
def test_a_service_does_not_start_with_a_password_that_is_none(secret: str, reason: str) -> None:
    told = serve("requests", variables("requests", secret))
    assert f"the password in ACUERDO_DATABASE_URL {reason}" in told
    assert f"the password in ACUERDO_NATS_URL {reason}" in told


@pytest.mark.parametrize("service", [service for service, names in TAKES_SECRETS.items() if names])
def test_a_secret_that_is_not_set_is_told(service: str) -> None:
    settings = {name: value for name, value in variables(service, GOOD).items() if name.endswith("_URL")}
    told = serve(service, settings)
    assert [name for name in TAKES_SECRETS[service] if f"{name} is missing" not in told] == []


@pytest.mark.parametrize("process", ["gateway", "requests"])
def test_settings_that_are_none_are_told_by_their_variables(process: str) -> None:
    setting = "ACUERDO_RATE_PER_SECOND" if process == "gateway" else "ACUERDO_POOL_SIZE"
    service = {} if process == "gateway" else variables(process, GOOD)
    assert f"{setting}: Input should be" in serve(process, {**service, setting: "many"})
