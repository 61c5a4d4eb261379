"""What nobody else may read: it lies in files of the owner alone, and in no log and no command line."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from tests.e2e.organisation import PASSWORD, made, set_password, the_first_admin
from tests.e2e.running import Running

pytestmark = pytest.mark.timeout(120)
ENCODED_TOKEN = "eyJ"
"""How every access token begins."""


async def _use_secrets(running: Running) -> dict[str, str]:
    """Sign in, fail to, refresh, break constraints; what was secret in it."""
    admin = await the_first_admin(running)
    email = f"{uuid4().hex}@example.org"
    async with running.client(admin) as client, running.client() as nobody:
        person = await made(client, "/v1/people", email=email, display_name="Canary")
        assert (await client.post("/v1/people", json={"email": email, "display_name": "Twice"})).status_code == 409
        link = str((await made(client, f"/v1/people/{person['id']}/password-links"))["link"])
        (link_token,) = parse_qs(urlsplit(link).query)["token"]
        assert (await nobody.get(urlsplit(link).path, params={"token": link_token})).status_code == 200
        assert (await set_password(running, link)).status_code == 204
        wrong = f"not-{uuid4().hex}"
        assert (await nobody.post("/v1/sessions", json={"email": email, "password": wrong})).status_code == 401
        tokens = await made(nobody, "/v1/sessions", email=email, password=PASSWORD)
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        fresh = (await nobody.post("/oauth2/token", data=form)).json()
        account = await made(client, "/v1/clients", name="Canary", scopes=["tickets:read"])
        login = (account["id"], account["client_secret"])
        granted = await nobody.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=login)
        assert granted.status_code == 200
    return {
        "password": PASSWORD,
        "a wrong password": wrong,
        "e-mail address": email,
        "link": link_token,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "its successor": fresh["refresh_token"],
        "client secret": account["client_secret"],
        "the beginning of a token": ENCODED_TOKEN,
    }


def _texts(value: Any, path: str = "secrets.json") -> Iterator[tuple[str, str]]:
    """Every text in a JSON document, with where it is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}/{name}")
    elif isinstance(value, str):
        yield path, value


def _told(running: Running) -> dict[str, str]:
    """What the platform shows to whoever looks on: its logs, and its processes' command lines."""
    logs = {log.name: log.read_text(errors="replace") for log in running.data.glob("run/*.log*")}
    lines = {f"command line of {pid}": Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running.living()}
    return logs | {name: line.decode(errors="replace") for name, line in lines.items()}


async def test_no_log_and_no_command_line_holds_a_secret(running: Running) -> None:
    secrets = await _use_secrets(running)
    secrets |= dict(_texts(json.loads((running.data / "secrets.json").read_text())))
    told = _told(running)
    assert {"identity.log", "gateway.log", "postgres.log"} <= set(told)
    assert [(what, where) for what, secret in secrets.items() for where, text in told.items() if secret in text] == []


def test_nobody_else_may_read_what_lies_in_the_data_folder(running: Running) -> None:
    open_to_others = stat.S_IRWXG | stat.S_IRWXO
    lying_open = [
        str(path.relative_to(running.data))
        for path in running.data.iterdir()
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH if path.is_dir() else open_to_others)
        and path.name not in ("lock", "postgres-programs")
    ]
    assert lying_open == []
