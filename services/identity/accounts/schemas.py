"""One-time links and new passwords as callers send them and as they get them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.identity.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from services.shared.schemas import NO_NUL, Input, Instant, Output

NewPassword = Annotated[
    str,
    StringConstraints(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD, pattern=NO_NUL),
    Field(examples=["tall-otter-sings"]),
]


class PasswordLinkPublic(Output):
    """A link that sets a password once; it is shown now and never again."""

    link: str
    expires_at: Instant


class PasswordByLink(Input):
    """The token of a one-time link, and the password to be."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
    password: NewPassword
