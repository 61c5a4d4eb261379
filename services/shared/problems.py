"""Everything that can go wrong is told as one RFC 9457 problem document, rendered in one place.

    Problem
    ├── BadRequest 400            ├── PreconditionFailed 412
    ├── Unauthenticated 401       ├── PayloadTooLarge 413
    ├── Forbidden 403             ├── Unprocessable 422
    ├── NotFound 404              ├── PreconditionRequired 428
    ├── MethodNotAllowed 405      ├── TooManyRequests 429
    ├── Conflict 409              └── Unavailable 503

A rule raises a subclass of its own, declared beside it, with a `code` that never changes and texts in en and es.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import orjson

from services.shared.language import Texts, preferred_language

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:acuerdo:problem:"


class Problem(Exception):
    """A refusal that the caller can understand: status, stable code, texts, and the field it is about.

    `detail` is a format string in each language, filled from `values`. `pointer` is a JSON pointer into the body
    ("/shifts/0/end"), "?name" for a query parameter, "#name" for a header.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[Texts] = Texts("Something went wrong on our side", "Algo ha fallado por nuestra parte")
    detail: ClassVar[Texts] = Texts("", "")

    def __init__(
        self,
        *,
        pointer: str | None = None,
        errors: Iterable[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        self.pointer = pointer
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.values = values
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """The detail in that language, with this problem's values in it."""
        return self.detail.to(language).format(**self.values)

    def listed_errors(self, language: str) -> list[dict[str, str]]:
        """What `errors` shows: those given, else one for the pointer, else none."""
        if self.errors or self.pointer is None:
            return [dict(error) for error in self.errors]
        return [{"pointer": self.pointer, "code": self.code, "message": self.text(language)}]


class BadRequest(Problem):
    status = 400
    code = "bad_request"
    title = Texts("The request cannot be read", "No se puede leer la petición")


class Unauthenticated(Problem):
    """No token, or none that we accept; says nothing about why, except to those who may know."""

    status = 401
    code = "unauthenticated"
    title = Texts("Sign in first", "Inicie sesión primero")
    detail = Texts("A valid access token is needed here.", "Aquí hace falta un token de acceso válido.")

    def __init__(self, **values: Any) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer realm="acuerdo"'}, **values)


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    title = Texts("You may see this, but not do that", "Puede ver esto, pero no hacer eso")
    detail = Texts("Your roles do not allow this.", "Sus funciones no permiten esto.")


class NotFound(Problem):
    """Unknown, or not the caller's to see: both look the same."""

    status = 404
    code = "not_found"
    title = Texts("There is nothing here", "Aquí no hay nada")
    detail = Texts("It does not exist, or you may not see it.", "No existe, o usted no puede verlo.")


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"
    title = Texts("This path does not know that method", "Esta ruta no conoce ese método")
    detail = Texts("Allowed here: {allowed}.", "Se permite aquí: {allowed}.")


class Conflict(Problem):
    status = 409
    code = "conflict"
    title = Texts("A rule stands against this", "Una regla se opone a esto")


class PreconditionFailed(Problem):
    status = 412
    code = "precondition_failed"
    title = Texts("It has changed in the meantime", "Ha cambiado entretanto")
    detail = Texts(
        "Your If-Match names another version than the current one, {current}. Read it again.",
        "Su If-Match nombra otra versión que la actual, {current}. Léalo de nuevo.",
    )


class PayloadTooLarge(Problem):
    status = 413
    code = "payload_too_large"
    title = Texts("The body is too large", "El cuerpo es demasiado grande")
    detail = Texts("At most {limit} bytes are taken here.", "Aquí se aceptan {limit} bytes como máximo.")


class Unprocessable(Problem):
    """The schema itself forbids what was sent; each error names its field."""

    status = 422
    code = "invalid_input"
    title = Texts("Some of the input is not valid", "Parte de los datos no es válida")
    detail = Texts("See `errors` for each field.", "Vea cada campo en `errors`.")


class PreconditionRequired(Problem):
    status = 428
    code = "precondition_required"
    title = Texts("Say which version you are changing", "Diga qué versión quiere cambiar")
    detail = Texts(
        "Send If-Match with the ETag that you last read.", "Envíe If-Match con el ETag que leyó por última vez."
    )


class TooManyRequests(Problem):
    status = 429
    code = "too_many_requests"
    title = Texts("Too many requests", "Demasiadas peticiones")
    detail = Texts("Try again in {seconds} s.", "Inténtelo de nuevo en {seconds} s.")


class Unavailable(Problem):
    """We cannot answer now; nothing was done, and trying again is right."""

    status = 503
    code = "unavailable"
    title = Texts("Not available at the moment", "No disponible en este momento")
    detail = Texts("Try again in a moment.", "Inténtelo de nuevo en un momento.")

    def __init__(self, *, retry_after: int = 1, **values: Any) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)}, **values)


def render(
    problem: Problem, *, instance: str, trace_id: str, accept_language: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """A problem as (status, headers, body), for plain ASGI and for FastAPI alike."""
    language = preferred_language(accept_language)
    body = {
        "type": TYPE_PREFIX + problem.code,
        "title": problem.title.to(language),
        "status": problem.status,
        "detail": problem.text(language),
        "instance": instance,
        "code": problem.code,
        "errors": problem.listed_errors(language),
        "trace_id": trace_id,
    }
    headers = {"Content-Type": PROBLEM_JSON, "Content-Language": language, **problem.headers}
    return problem.status, headers, orjson.dumps(body)
