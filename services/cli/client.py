"""A running platform, as the command line talks to it: through the gateway, signed in."""

import argparse
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

DEFAULT_URL = "http://127.0.0.1:8080"


class PlatformRefused(Exception):
    """The platform said no, or nothing; the message is for people."""


class PlatformAway(PlatformRefused):
    """Nobody answered, or a proxy for somebody who is away: it may be otherwise in a moment."""


AWAY = (502, 503, 504)


def add_platform_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the platform is and who asks."""
    parser.add_argument(
        "--url", help=f"the gateway's address (default: that of --data's demo.json, else {DEFAULT_URL})"
    )
    parser.add_argument("--token", help="an access token (default: ACUERDO_TOKEN, else the demo's administrator)")
    parser.add_argument("--data", type=Path, default=Path(".acuerdo"), help="data directory of make up (./%(default)s)")


class Platform:
    """A client that raises PlatformRefused with the problem's own words."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            self._client = httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise PlatformRefused(f"{url} is no address, or the token is none: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **given: Any) -> Any:
        """The answer's JSON. PlatformRefused, PlatformAway."""
        try:
            return self._answer(method, path, **given).json()
        except ValueError as error:
            raise PlatformRefused(f"{self._client.base_url} is no platform of ours: {path} is no JSON") from error

    def text(self, path: str, **given: Any) -> str:
        """What is answered there, as it is. PlatformRefused, PlatformAway."""
        return self._answer("GET", path, **given).text

    def _answer(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PlatformAway(f"{self._client.base_url} does not answer: {error}") from error
        if not answer.is_success:
            raise (PlatformAway if answer.status_code in AWAY else PlatformRefused)(_told(answer))
        return answer

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All items of a collection, page by page."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.ask("GET", path, params={**params, **cursor})
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = {"cursor": page["next"]}


def platform_of(options: argparse.Namespace) -> Platform:
    """The platform that the options name, signed in. PlatformRefused."""
    demo = _demo(options.data)
    url = options.url or demo.get("base_url") or DEFAULT_URL
    token = options.token or os.environ.get("ACUERDO_TOKEN")
    if token:
        return Platform(url, token)
    admin = next((person for person in demo.get("people", []) if person["role"] == "admin"), None)
    if admin is None:
        raise PlatformRefused("give --token (or ACUERDO_TOKEN): there is no demo to sign in to")
    with Platform(url, "") as nobody:
        signed_in = nobody.ask("POST", "/v1/sessions", json={"email": admin["email"], "password": admin["password"]})
    return Platform(url, signed_in["access_token"])


def _demo(data: Path) -> dict[str, Any]:
    try:
        found = json.loads((data / "demo.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _told(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        fields = "".join(f"\n  {error['pointer']}: {error['message']}" for error in problem["errors"])
        return f"{problem['title']} ({answer.status_code} {problem['code']}). {problem['detail']}{fields}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}"
