"""What each keyword of JSON Schema says to whoever fills in a form, in their language."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from services.shared.language import Texts

LONGEST_RULE = 200
_OTHERWISE: Final = Texts(
    "This does not satisfy the form's rule {keyword}.", "No cumple la regla {keyword} del formulario."
)
_REASONS: Final[Mapping[str, Texts]] = {
    "required": Texts("The form requires this.", "El formulario exige este dato."),
    "additionalProperties": Texts("The form has no such field.", "El formulario no tiene este campo."),
    "false": Texts("The form allows nothing here.", "El formulario no admite nada aquí."),
    "type": Texts("This must be of the type {rule}.", "Debe ser de tipo {rule}."),
    "enum": Texts("This must be one of {rule}.", "Debe ser uno de {rule}."),
    "const": Texts("This must be {rule}.", "Debe ser {rule}."),
    "format": Texts("This must be spelled as {rule}.", "Debe escribirse como {rule}."),
    "pattern": Texts("This must match {rule}.", "Debe cumplir {rule}."),
    "minLength": Texts("This must have at least {rule} characters.", "Debe tener al menos {rule} caracteres."),
    "maxLength": Texts("This must have at most {rule} characters.", "Debe tener como máximo {rule} caracteres."),
    "minimum": Texts("This must be at least {rule}.", "Debe ser como mínimo {rule}."),
    "maximum": Texts("This must be at most {rule}.", "Debe ser como máximo {rule}."),
    "exclusiveMinimum": Texts("This must be more than {rule}.", "Debe ser mayor que {rule}."),
    "exclusiveMaximum": Texts("This must be less than {rule}.", "Debe ser menor que {rule}."),
    "multipleOf": Texts("This must be a multiple of {rule}.", "Debe ser múltiplo de {rule}."),
    "minItems": Texts("There must be at least {rule}.", "Debe haber al menos {rule}."),
    "maxItems": Texts("There must be at most {rule}.", "Debe haber como máximo {rule}."),
    "uniqueItems": Texts("No two may be the same.", "No puede haber dos iguales."),
}


def reason_of(keyword: str, rule: Any = None) -> Texts:
    """Why a value is refused by a keyword with this value in the schema.

    >>> reason_of("maximum", 3).en, reason_of("anyOf", []).es
    ('This must be at most 3.', 'No cumple la regla anyOf del formulario.')
    >>> reason_of("enum", ["red", "blue"]).en
    'This must be one of "red", "blue".'
    """
    told = _told(rule)
    texts = _REASONS.get(keyword, _OTHERWISE)
    return Texts(*(each.format(rule=told, keyword=keyword) for each in (texts.en, texts.es)))


def _told(rule: Any) -> str:
    if isinstance(rule, str):
        return _cut(rule)
    return _cut(", ".join(orjson.dumps(each).decode() for each in (rule if isinstance(rule, list) else [rule])))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_RULE else f"{text[:LONGEST_RULE]}…"
