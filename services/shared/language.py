"""The languages that people are answered in, and how a caller asks for one."""

from collections.abc import Mapping
from typing import NamedTuple

LANGUAGES = ("en", "es")


class Texts(NamedTuple):
    """One text in each of our languages."""

    en: str
    es: str

    def to(self, language: str) -> str:
        """The text in that language, one of LANGUAGES."""
        return self.es if language == "es" else self.en


def preferred_language(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4); English when none fits.

    >>> preferred_language("es-MX, en;q=0.5")
    'es'
    >>> preferred_language("es;q=0.2, en-GB;q=0.9"), preferred_language("fr"), preferred_language("es;q=zero")
    ('en', 'en', 'en')
    """
    best, best_quality = "en", 0.0
    for part in accept_language.split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameters)
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def instants_spelled(values: Mapping[str, object]) -> dict[str, object]:
    """The values of a sentence, with instants (as `isoformat` writes them) spelled as everywhere else.

    >>> instants_spelled({"until": "2026-03-02T09:00:00+00:00", "limit": 3})
    {'until': '2026-03-02T09:00:00Z', 'limit': 3}
    """
    return {name: value.replace("+00:00", "Z") if isinstance(value, str) else value for name, value in values.items()}
