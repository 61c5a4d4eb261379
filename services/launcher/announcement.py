"""What the terminal says when everything is up: the address, who can sign in, and three lines to try."""

import json
import shlex
from collections.abc import Sequence

from services.launcher.after_start import SignIn

SHOWN = 4
# When is an hour of work done that begins on a Friday at half past four?
COMPUTE = {
    "calendar": {"time_zone": "Europe/Madrid", "shifts": [{"weekday": "fri", "start": "09:00", "end": "17:00"}]},
    "add": {"start": "2026-01-09T15:30:00Z", "duration": "PT1H"},
}


def announcement(base_url: str, sign_ins: Sequence[SignIn], demo_file: str) -> str:
    """The closing block, plain text."""
    lines = ["", f"Acuerdo is up at {base_url}   (documentation: {base_url}/docs)", ""]
    if sign_ins:
        lines += ["Sign in as", *_people(sign_ins)]
        lines += [f"  … and {len(sign_ins) - SHOWN} more in {demo_file}"] if len(sign_ins) > SHOWN else []
        lines += [""]
    return "\n".join(
        [*lines, "Try", *(f"  {line}" for line in to_try(base_url, sign_ins)), "", "Ctrl-C stops everything."]
    )


def to_try(base_url: str, sign_ins: Sequence[SignIn]) -> list[str]:
    """Three lines of curl that work as they stand.

    >>> to_try("http://127.0.0.1:8080", [])[0]
    'curl http://127.0.0.1:8080/health/ready'
    """
    compute = _post(f"{base_url}/v1/calendars/compute", COMPUTE)
    if not sign_ins:
        return [f"curl {base_url}/health/ready", f"curl {base_url}/openapi.json", compute]
    login = {"email": sign_ins[0].email, "password": sign_ins[0].password}
    return [f"curl {base_url}/openapi.json", _post(f"{base_url}/v1/sessions", login), compute]


def _post(url: str, body: object) -> str:
    return f"curl {url} -H 'content-type: application/json' -d {shlex.quote(json.dumps(body))}"


def _people(sign_ins: Sequence[SignIn]) -> list[str]:
    shown = sign_ins[:SHOWN]
    width = max(len(person.email) for person in shown)
    return [
        f"  {person.email:<{width}}  {person.password}  {' of '.join(filter(None, (person.role, person.department)))}"
        for person in shown
    ]
