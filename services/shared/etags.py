"""Strong ETags made of row versions: a change says which version it is of, a second reading may be told "the same"."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from services.shared.problems import PreconditionFailed, PreconditionRequired

IF_MATCH_MEANS = "the ETag that was last read, or `*` for whatever is there"
IF_MATCH_PATTERN = r'^(\*|"[0-9]{1,9}")$'


def etag(version: int) -> str:
    """The strong ETag of a row version.

    >>> etag(3)
    '"3"'
    """
    return f'"{version}"'


def names_version(header: str, version: int, *, weak: bool = False) -> bool:
    """Whether an If-Match (strong) or If-None-Match (weak) header names that version (RFC 9110, 13.1).

    >>> names_version('"2", "3"', 3), names_version('W/"3"', 3), names_version('W/"3"', 3, weak=True)
    (True, False, True)
    >>> names_version("*", 9), names_version('*, "8"', 9)
    (True, False)
    """
    if header.strip() == "*":
        return True
    tags = {tag.strip() for tag in header.split(",")}
    if weak:
        tags = {tag.removeprefix("W/") for tag in tags}
    return etag(version) in tags


class Expected:
    """The If-Match of a change: `expected.check(row.version)` before anything is touched."""

    def __init__(self, header: str) -> None:
        self._header = header

    def check(self, version: int) -> None:
        """PreconditionFailed unless the caller has read this version."""
        if not names_version(self._header, version):
            raise PreconditionFailed(current=etag(version), pointer="#If-Match")


async def _expected(
    if_match: Annotated[
        str | None,
        # The contract alone says how it is spelled: anything else names no version of ours, and is answered 412.
        Header(alias="If-Match", description=IF_MATCH_MEANS, json_schema_extra={"pattern": IF_MATCH_PATTERN}),
    ] = None,
) -> Expected:
    if if_match is None:
        raise PreconditionRequired(pointer="#If-Match")
    return Expected(if_match)


IfMatch = Annotated[Expected, Depends(_expected)]
"""A route's word for "needs If-Match": 428 without one."""


class NotModified(Exception):
    """The caller's copy is current: answered with an empty 304."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(etag(version))


def tag_answer(request: Request, response: Response, version: int) -> None:
    """Put the ETag on a single resource's answer; NotModified when If-None-Match already names it."""
    header = request.headers.get("if-none-match")
    if header is not None and request.method in ("GET", "HEAD") and names_version(header, version, weak=True):
        raise NotModified(version)
    response.headers["ETag"] = etag(version)
