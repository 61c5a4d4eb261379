"""Make .env, the settings and secrets of a deployment, out of deploy/env.template. Needs nothing but Python."""

import argparse
import re
import secrets
from collections.abc import Container
from pathlib import Path

from services.launcher.data_directory import write_text_whole
from services.launcher.errors import CannotStart
from services.launcher.given_secrets import PLACEHOLDER

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy" / "env.template"
SETTING = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
NEXT = """Next: docker compose up --build --detach --wait
      docker compose exec identity python -m services first-admin"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and what to do where it is there already."""
    parser.add_argument("--file", type=Path, default=Path(".env"), help="default ./%(default)s")
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--add", action="store_true", help="keep the file and add what a newer template has")
    existing.add_argument("--renew", nargs="+", metavar="NAME", help="keep the file and make these secrets anew")
    existing.add_argument(
        "--force", action="store_true", help="make the whole file anew; the old one is kept beside it"
    )


def run(options: argparse.Namespace) -> int:
    """Write the file for its owner alone (0600). CannotStart where that would overwrite what is needed."""
    file, template = options.file, TEMPLATE.read_text()
    if options.add or options.renew:
        text, told = _changed(_read(file), template, options.renew)
    elif file.exists() and not options.force:
        raise CannotStart(f"{file} is there and stays as it is: --add, --renew and --force change it (--help)")
    else:
        text, told = filled(template), f"{file} holds {len(secret_names(template))} new secrets"
    if file.exists():
        write_text_whole(file.with_name(f"{file.name}.before"), _read(file), mode=0o600)
    write_text_whole(file, text, mode=0o600)
    print(f"{told}. Only its owner can read it; a backup is worth nothing without it.\n{NEXT}")
    return 0


def filled(template: str) -> str:
    """The template with a secret in the place of every placeholder.

    >>> filled("# as it comes\\nPORT=8080\\nA=change-me\\n").splitlines()[:2]
    ['# as it comes', 'PORT=8080']
    """
    return renewed(template, secret_names(template))


def renewed(text: str, names: Container[str]) -> str:
    """`text` with new values for the settings `names`; everything else stays."""
    return SETTING.sub(lambda line: f"{line[1]}={new_secret()}" if line[1] in names else line[0], text)


def new_secret() -> str:
    """49 letters and digits that need no quotes anywhere; a letter first, since NATS takes digits for a number."""
    return secrets.choice("abcdef") + secrets.token_hex(24)


def secret_names(template: str) -> list[str]:
    """The settings of a template that are secrets.

    >>> secret_names("PORT=8080\\nA=change-me\\n")
    ['A']
    """
    return [name for name, value in SETTING.findall(template) if value == PLACEHOLDER]


def settings_missing(text: str, template: str) -> str:
    """The lines of the settings in `template` that `text` does not have, filled.

    >>> settings_missing("PORT=1\\n", "PORT=8080\\nHOST=localhost\\n")
    'HOST=localhost\\n'
    """
    known = {name for name, _ in SETTING.findall(text)}
    lines = [f"{name}={value}\n" for name, value in SETTING.findall(template) if name not in known]
    return filled("".join(lines))


def _changed(text: str, template: str, renew: list[str] | None) -> tuple[str, str]:
    """The text of a file that is there, with what is asked for, and what was done."""
    if renew is None:
        added = settings_missing(text, template)
        kept = text if text.endswith("\n") or not text else f"{text}\n"
        return kept + added, f"added: {', '.join(name for name, _ in SETTING.findall(added)) or 'nothing'}"
    unknown = sorted(set(renew) - set(secret_names(template)))
    if unknown:
        raise CannotStart(f"no such secret: {', '.join(unknown)}; there are {', '.join(secret_names(template))}")
    absent = sorted(set(renew) - {name for name, _ in SETTING.findall(text)})
    if absent:
        raise CannotStart(f"not in the file: {', '.join(absent)}; --add adds what is missing")
    return renewed(text, renew), f"made anew: {', '.join(renew)}"


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise CannotStart(f"{file} cannot be read: {error.strerror}") from None
