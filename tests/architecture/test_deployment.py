"""docker-compose.yml, deploy/ and docs/admin.md name what the code knows: processes, commands, settings, secrets."""

import argparse
import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli import migrate, prepare_databases, serve
from services.cli.commands import COMMANDS
from services.cli.env_secrets import SETTING, secret_names
from services.cli.processes import PROCESSES, app_module, secrets_given, settings_class
from services.launcher.databases import SERVICES, DatabaseUrls
from services.launcher.environments import Addresses, environments
from services.launcher.postgres import EmbeddedPostgres
from services.launcher.postgres_binaries import PostgresBinaries
from services.launcher.secrets_file import SETTINGS

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (PROJECT / "deploy" / "Dockerfile").read_text()
TEMPLATE = (PROJECT / "deploy" / "env.template").read_text()
GUIDE = (PROJECT / "docs" / "admin.md").read_text()
SERVERS = {"postgres", "nats"}
ONCE = {"prepare-databases", "nats-volume", *(f"migrate-{service}" for service in SERVICES)}
OURS = {*PROCESSES, *ONCE} - {"nats-volume"}
OF_PROXIES = {"ACUERDO_TRUSTED_PROXIES", "ACUERDO_CORS_ORIGINS"}
"""What the gateway needs to know where others stand in front of it; on one machine nobody does."""
VARIABLE = re.compile(r"\$\{([A-Z_]+)([^}]*)\}")


def settings_of(container: str) -> dict[str, str]:
    return dict(CONTAINERS[container].get("environment", {}))


def in_launcher() -> dict[str, dict[str, str]]:
    """What each process finds under `make up`."""
    databases = {name: DatabaseUrls(f"runtime-{name}", f"owner-{name}") for name in SERVICES}
    secrets = {service: dict.fromkeys(variables, "made") for service, variables in SETTINGS.items()}
    return environments(Addresses(databases, dict.fromkeys(SERVICES, 1), "nats://", "http://", Path("/files"), secrets))


def test_there_is_a_container_for_each_process_and_for_what_runs_once() -> None:
    assert set(CONTAINERS) == {*SERVERS, *PROCESSES, *ONCE}


@pytest.mark.parametrize("container", sorted(OURS))
def test_containers_run_commands_of_ours(container: str) -> None:
    name, *arguments = CONTAINERS[container]["command"]
    parser = argparse.ArgumentParser(exit_on_error=False)
    importlib.import_module(COMMANDS[name].module).add_arguments(parser)
    given = parser.parse_args(arguments)
    expected = f"migrate-{given.service}" if name == "migrate" else given.name if name == "serve" else name
    assert container == expected
    if name == "serve":
        assert (given.host, given.port) == ("0.0.0.0", 8000)  # noqa: S104 — of a container, whose ports are not published


@pytest.mark.parametrize("process", PROCESSES)
def test_processes_find_in_containers_what_they_find_under_make_up(process: str) -> None:
    names = {name for name in in_launcher()[process] if name.startswith("ACUERDO_")}
    assert set(settings_of(process)) == names | (OF_PROXIES if process == "gateway" else set())


@pytest.mark.parametrize("process", PROCESSES)
def test_what_they_find_are_settings_of_theirs(process: str) -> None:
    fields = {f"ACUERDO_{name.upper()}" for name in settings_class(app_module(process)).model_fields}
    unread = set(settings_of(process)) - fields
    assert unread <= {"ACUERDO_PUBLIC_URL"}  # services that write no links do not read it


def test_tokens_are_of_the_same_issuer_everywhere() -> None:
    for name in ("ACUERDO_ISSUER", "ACUERDO_AUDIENCE"):
        told = {settings_of(process)[name] for process in PROCESSES}
        assert told == {in_launcher()["gateway"][name]}


def test_secrets_of_a_process_come_from_the_env_file_and_reach_nobody_else() -> None:
    def secrets_in(container: str) -> set[str]:
        given = {name for value in settings_of(container).values() for name, _ in VARIABLE.findall(str(value))}
        return given & set(secret_names(TEMPLATE))

    own = {
        service: {name for name in secrets_given(settings_class(app_module(service)), {}) if " " not in name}
        for service in SERVICES
    }
    assert own == {service: set(SETTINGS.get(service, {})) for service in SERVICES}
    roles = {service: prepare_databases.password_names(service) for service in SERVICES}
    assert {container: secrets_in(container) for container in CONTAINERS} == {
        "gateway": set(),
        "nats-volume": set(),
        "postgres": {"POSTGRES_PASSWORD"},
        "nats": {"NATS_PASSWORD"},
        "prepare-databases": {"POSTGRES_PASSWORD", *(name for names in roles.values() for name in names)},
        **{service: {"NATS_PASSWORD", roles[service][0], *own[service]} for service in SERVICES},
        **{f"migrate-{service}": {roles[service][1]} for service in SERVICES},
    }


def test_what_runs_once_finds_what_its_command_reads() -> None:
    assert {tuple(settings_of(f"migrate-{service}")) for service in SERVICES} == {(migrate.ADDRESS,)}
    names = {name for service in SERVICES for name in prepare_databases.password_names(service)}
    assert set(settings_of("prepare-databases")) == {prepare_databases.ADDRESS, *names}


def test_the_template_and_compose_name_the_same() -> None:
    text, template = (PROJECT / "docker-compose.yml").read_text(), dict(SETTING.findall(TEMPLATE))
    named = VARIABLE.findall(text)
    assert {name for name, _ in named} == set(template)
    secrets = secret_names(TEMPLATE)
    for name, otherwise in named:
        expected = ":?run python3 -m services secrets" if name in secrets else f":-{template[name]}"
        assert otherwise == expected, name


def test_the_guide_explains_every_setting() -> None:
    assert [name for name, _ in SETTING.findall(TEMPLATE) if f"`{name}`" not in GUIDE] == []


@pytest.mark.parametrize("container", sorted(CONTAINERS))
def test_containers_have_no_more_rights_than_they_need(container: str) -> None:
    told = CONTAINERS[container]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert [name for name in ("privileged", "devices", "pid", "ipc") if name in told] == []
    assert {"mem_limit", "pids_limit", "logging", "tmpfs"} <= set(told)
    user, _, group = told["user"].partition(":")
    if container == "nats-volume":
        assert (told["cap_add"], told["network_mode"], user) == (["CHOWN"], "none", "0")
    else:
        assert int(user) > 0
        assert int(group) > 0
        assert "cap_add" not in told
        assert told["networks"] == (["inner", "outer"] if container == "gateway" else ["inner"])
    assert told["restart"] == ("no" if container in ONCE else "unless-stopped")


def test_only_the_gateway_is_published_and_on_the_loopback() -> None:
    assert {name: told["ports"] for name, told in CONTAINERS.items() if "ports" in told} == {
        "gateway": ["${ACUERDO_BIND:-127.0.0.1}:${ACUERDO_PORT:-8080}:8000"]
    }
    assert COMPOSE["networks"]["inner"] == {"internal": True}


def test_images_are_pinned_and_have_their_official_names() -> None:
    ours = {CONTAINERS[name]["image"] for name in OURS}
    assert ours == {f"acuerdo-{process}:${{ACUERDO_TAG:-local}}" for process in PROCESSES}
    others = {CONTAINERS[name]["image"] for name in set(CONTAINERS) - OURS} | set(re.findall("PYTHON=(.+)", DOCKERFILE))
    assert [image for image in others if not re.fullmatch(r"[a-z]+:\d[\w.-]+", image)] == []


def test_the_image_is_the_one_of_its_process() -> None:
    for name in OURS:
        service = name.partition("-")[2] if name.startswith("migrate-") else name
        service = "identity" if name == "prepare-databases" else service
        assert CONTAINERS[name]["image"].startswith(f"acuerdo-{service}:")
        assert CONTAINERS[name]["build"]["args"] == {"SERVICE": service}


def test_the_dockerfile_runs_our_commands_as_the_user_that_compose_names() -> None:
    last_of = {line.split()[0]: line.partition(" ")[2] for line in DOCKERFILE.splitlines() if line[:1].isupper()}
    assert last_of["ENTRYPOINT"] == '["python", "-m", "services"]'
    assert {CONTAINERS[name]["user"] for name in OURS} == {last_of["USER"]}
    assert last_of["EXPOSE"] == "8000"
    checked = shlex.split(last_of["HEALTHCHECK"].partition("CMD ")[2].strip("[]").replace(",", ""))
    assert checked[:3] == ["python", "-m", "services"]
    assert checked[3] in COMMANDS


def test_the_dockerfile_copies_what_is_there() -> None:
    copied = [
        line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    paths = {path.replace("${SERVICE}", process) for line in copied for path in line for process in PROCESSES}
    assert [path for path in sorted(paths) if not (PROJECT / path).exists()] == []
    assert {
        f"services/{room.name}" for room in (PROJECT / "services").iterdir() if (room / "__init__.py").exists()
    } <= paths


def test_builds_need_no_newer_builder_than_any_engine_has() -> None:
    assert "syntax=" not in DOCKERFILE
    assert "--mount" not in DOCKERFILE


def test_stopping_takes_no_longer_than_the_container_is_given() -> None:
    assert {int(CONTAINERS[process]["stop_grace_period"].removesuffix("s")) > serve.GRACE for process in PROCESSES} == {
        True
    }


def test_postgresql_is_told_the_same_as_the_embedded_one() -> None:
    embedded = EmbeddedPostgres(Path(), 1, "", PostgresBinaries(Path(), 18), None, None).program().arguments
    assert [option for option in CONTAINERS["postgres"]["command"][2:] if option not in embedded] == []
    assert "log_error_verbosity=terse" in CONTAINERS["postgres"]["command"]
    source = (PROJECT / "services" / "launcher" / "postgres.py").read_text()
    for option in settings_of("postgres")["POSTGRES_INITDB_ARGS"].split():
        assert f'"{option}"' in source
