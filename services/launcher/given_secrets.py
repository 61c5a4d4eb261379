"""Refuses secrets that are missing, short or as they came in a template, before a process starts with them."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from services.launcher.errors import CannotStart

PLACEHOLDER = "change-me"
"""What stands in deploy/env.template in the place of every secret."""
SHORTEST = 16  # characters
FEWEST = 8  # different ones
REMEDY = "`python -m services secrets` makes good ones"


def refuse_weak_secrets(given: Mapping[str, str | None]) -> None:
    """CannotStart, which tells every secret of `given` (by the name of its variable) that will not do, and why."""
    weak = {name: weakness(secret) for name, secret in given.items()}
    told = [f"{name} {reason}" for name, reason in weak.items() if reason is not None]
    if told:
        raise CannotStart(f"it does not start with these secrets: {'; '.join(told)}. {REMEDY}")


def weakness(secret: str | None) -> str | None:
    """What is wrong with a secret; none where nothing is.

    >>> weakness(None), weakness("tiger")
    ('is missing', 'is shorter than 16 characters')
    >>> weakness("please-change-me-soon"), weakness("abc" * 10)
    ('is still the placeholder', 'repeats few characters')
    >>> weakness("c41f9ca0aa09cf07bfa22e4a")
    """
    if not secret:
        return "is missing"
    if PLACEHOLDER in secret.lower():
        return "is still the placeholder"
    if len(secret) < SHORTEST:
        return f"is shorter than {SHORTEST} characters"
    if len(set(secret)) < FEWEST:
        return "repeats few characters"
    return None


def password_of(url: str) -> str | None:
    """The password in an address.

    >>> password_of("nats://acuerdo:a%2Fb@nats:4222"), password_of("nats://nats:4222")
    ('a/b', None)
    """
    try:
        password = urlsplit(url).password
    except ValueError:
        return None
    return None if password is None else unquote(password)
