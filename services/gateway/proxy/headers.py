"""The header fields that pass, both ways; every other one is dropped, hop-by-hop fields by never being listed."""

from collections.abc import Iterable

from services.gateway.admission.shape import Headers, InvalidHeader

TO_SERVICE = {
    name: name.decode()
    for name in (
        b"accept", b"accept-language", b"authorization", b"content-disposition", b"content-length", b"content-type",
        b"idempotency-key", b"if-match", b"if-modified-since", b"if-none-match", b"last-event-id", b"prefer",
        b"range", b"user-agent",
    )
}  # fmt: skip
TO_CLIENT = frozenset(
    {
        b"accept-ranges", b"allow", b"cache-control", b"content-disposition", b"content-encoding",
        b"content-language", b"content-length", b"content-range", b"content-security-policy", b"content-type",
        b"deprecation", b"etag", b"idempotency-replayed", b"last-modified", b"link", b"location", b"pragma",
        b"preference-applied", b"retry-after", b"sunset", b"vary", b"www-authenticate",
    }
)  # fmt: skip


def to_service(headers: Headers, own: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The client's fields that pass, without those that its Connection field names, and ours.

    >>> to_service({b"accept": b"*/*", b"x-user-id": b"1", b"prefer": b"x", b"connection": b"prefer"}, [("x-a", "b")])
    [('accept', '*/*'), ('x-a', 'b')]
    """
    connection = headers.get(b"connection")
    named = () if connection is None else {token.strip() for token in connection.lower().split(b",")}
    passed = [
        (TO_SERVICE[name], _text(name, value))
        for name, value in headers.items()
        if name in TO_SERVICE and name not in named
    ]
    passed.extend(own)
    return passed


def to_client(fields: Iterable[tuple[bytes, bytes]], origin: str) -> list[tuple[bytes, bytes]]:
    """The service's fields that pass; a Location that names the service's own address loses it.

    >>> to_client([(b"Server", b"x"), (b"Location", b"http://10.0.0.1:80/v1/a"), (b"ETag", b"1")], "http://10.0.0.1:80")
    [(b'location', b'/v1/a'), (b'etag', b'1')]
    """
    passed = []
    for raw_name, value in fields:
        name = raw_name.lower()
        if name not in TO_CLIENT:
            continue
        passed.append((name, value.removeprefix(origin.encode()) if name == b"location" else value))
    return passed


def _text(name: bytes, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise InvalidHeader(name=name.decode(), pointer=f"#{name.decode()}") from None
