"""Sizes and shapes of requests: what two parsers could read in two ways goes no further."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.shared.language import Texts
from services.shared.problems import BadRequest, Problem

Headers = dict[bytes, bytes]
"""Request headers by lower-case name; repeated list fields joined."""

_TRAP = re.compile(rb"//|\\|%2f|%5c|%00|[^\x21-\x7e]|#|%(?![0-9a-f]{2})|/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_HOST = re.compile(rb"[A-Za-z0-9._~-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
_SINGLE = frozenset(
    {
        b"authorization", b"content-length", b"content-type", b"content-encoding", b"host", b"idempotency-key",
        b"transfer-encoding", b"x-deadline-ms",
    }
)  # fmt: skip


class UriTooLong(Problem):
    status = 414
    code = "uri_too_long"
    title = Texts("The address is too long", "La dirección es demasiado larga")
    detail = Texts("At most {limit} bytes are taken.", "Se aceptan {limit} bytes como máximo.")


class HeadersTooLarge(Problem):
    status = 431
    code = "headers_too_large"
    title = Texts("Too many or too large header fields", "Demasiados campos de cabecera, o muy grandes")
    detail = Texts(
        "At most {count} fields and {limit} bytes are taken.", "Se aceptan {count} campos y {limit} bytes como máximo."
    )


class AmbiguousPath(BadRequest):
    code = "ambiguous_path"
    detail = Texts(
        "The path holds an empty or dot segment, an encoded slash, a backslash, or an invalid escape.",
        "La ruta contiene un segmento vacío o de puntos, una barra codificada o inversa, o un escape no válido.",
    )


class AmbiguousFraming(BadRequest):
    code = "ambiguous_framing"
    detail = Texts(
        "Content-Length and Transfer-Encoding do not say clearly where the body ends.",
        "Content-Length y Transfer-Encoding no dicen claramente dónde termina el cuerpo.",
    )


class RepeatedHeader(BadRequest):
    code = "repeated_header"
    detail = Texts("{name} may be sent once only.", "{name} solo puede enviarse una vez.")


class InvalidHeader(BadRequest):
    code = "invalid_header"
    detail = Texts("{name} is missing or not valid.", "{name} falta o no es válido.")


class CompressedBody(Problem):
    status = 415
    code = "compressed_body"
    title = Texts("Compressed bodies are not taken", "No se aceptan cuerpos comprimidos")
    detail = Texts("Send it without Content-Encoding.", "Envíelo sin Content-Encoding.")


@dataclass(frozen=True, slots=True)
class ShapeLimits:
    """Bytes of path and query; number and bytes of header fields."""

    url_bytes: int
    header_count: int
    header_bytes: int


def check_path(raw_path: bytes, query: bytes, limits: ShapeLimits) -> None:
    """Refuse a path that could mean another one to somebody behind us.

    >>> check_path(b"/v1/tickets/a%20b;c=1", b"q=//", ShapeLimits(100, 9, 99))
    >>> check_path(b"/v1/tickets/%2e%2E/people", b"", ShapeLimits(100, 9, 99))
    Traceback (most recent call last):
    services.gateway.admission.shape.AmbiguousPath: The path holds an empty or dot segment, ...
    """
    if len(raw_path) + len(query) >= limits.url_bytes:
        raise UriTooLong(limit=limits.url_bytes)
    if raw_path[:1] != b"/" or _TRAP.search(raw_path):
        raise AmbiguousPath


def check_headers(fields: Iterable[tuple[bytes, bytes]], limits: ShapeLimits) -> Headers:
    """The fields by name, once their number, size and repetition are in order; each value is valid UTF-8."""
    headers: Headers = {}
    count = size = 0
    for name, value in fields:
        count += 1
        size += len(name) + len(value) + 4
        if name not in headers:
            headers[name] = value
        elif name in _SINGLE:
            raise RepeatedHeader(name=name.decode("ascii", "replace"))
        else:
            headers[name] = headers[name] + (b"; " if name == b"cookie" else b", ") + value
    if count > limits.header_count or size > limits.header_bytes:
        raise HeadersTooLarge(count=limits.header_count, limit=limits.header_bytes)
    return headers


def check_framing(headers: Headers, http_version: str) -> int | None:
    """Bytes of body that are announced: 0 for none, None for chunks without a total."""
    host = headers.get(b"host")
    if host is None and http_version != "1.0":
        raise InvalidHeader(name="Host", pointer="#host")
    if host and not _HOST.fullmatch(host):
        raise InvalidHeader(name="Host", pointer="#host")
    length = headers.get(b"content-length")
    coding = headers.get(b"transfer-encoding")
    if coding is not None and (length is not None or coding.lower() != b"chunked" or http_version != "1.1"):
        raise AmbiguousFraming
    if length is not None and not (length.isdigit() and len(length) < 19):
        raise AmbiguousFraming
    announced = int(length) if length is not None else (0 if coding is None else None)
    if announced != 0 and headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise CompressedBody
    return announced
