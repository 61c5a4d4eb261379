"""Which passwords are too easy to guess, and how long a guesser has to wait."""

from datetime import timedelta
from typing import Final

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
FREE_TRIES = 5
LONGEST_DELAY = timedelta(minutes=1)

# The cores of what leads the published lists of leaked passwords, in the languages that we speak.
_COMMON: Final = (
    "password passwort passw0rd contraseña contrasena clave secret secreto admin administrator administrador root "
    "welcome bienvenido bienvenida letmein login access acceso master monkey dragon sunshine princess princesa "
    "iloveyou teamo tequiero tequieromucho football futbol baseball superman batman shadow michael jennifer "
    "qwerty qwertyuiop qwertz azerty asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc trustno changeme default "
    "temporal company empresa summer winter spring autumn verano invierno primavera test testing prueba guest "
    "user usuario acuerdo barcelona realmadrid america estrella corazon mariposa whatever freedom hello hola"
)
_COMMON_CORES: Final = frozenset(_COMMON.split())
_LOOKALIKES: Final = str.maketrans("01345@$!7", "oleasasit")
_RUNS: Final = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)


def is_easy_to_guess(password: str, *, known_words: tuple[str, ...] = ()) -> bool:
    """Whether a password is a common one in disguise, a run of keys, a repetition, or made of the person's own words.

    >>> [is_easy_to_guess(word) for word in ("Password123!", "p4ssw0rd2024", "qwertyuiop", "9876543210", "abcabcabca")]
    [True, True, True, True, True]
    >>> is_easy_to_guess("ana.ruiz2026", known_words=("ana.ruiz",)), is_easy_to_guess("tall-otter-sings")
    (True, False)
    """
    plain = password.casefold()
    core = plain.strip("0123456789!?.,;:*#+-_@$%&/ ")
    candidates = {plain, core, core.translate(_LOOKALIKES), plain.translate(_LOOKALIKES)}
    if any(_without_tail(candidate) in _COMMON_CORES for candidate in candidates):
        return True
    if any(word and (_letters(word) in (_letters(plain), _letters(core))) for word in known_words):
        return True
    return len(set(plain)) < 5 or _is_run(plain) or _is_repetition(plain)


def _without_tail(word: str) -> str:
    return word.rstrip("0123456789!?.,;:*#+-_ ")


def _letters(word: str) -> str:
    """The word's letters alone.

    >>> _letters("ana.ruiz2026")
    'anaruiz'
    """
    return "".join(letter for letter in word.casefold() if letter.isalpha())


def _is_run(word: str) -> bool:
    return any(word in run or word[::-1] in run for run in _RUNS)


def _is_repetition(word: str) -> bool:
    """Whether a short block is all there is, again and again.

    >>> _is_repetition("abcabcabca"), _is_repetition("abcdefabcd")
    (True, False)
    """
    return any(word == (word[:size] * len(word))[: len(word)] for size in range(1, 5))


def delay_after(failures: int) -> timedelta:
    """How long the next try has to wait after so many failures in a row.

    >>> [delay_after(n).total_seconds() for n in (0, 4, 5, 6, 8, 50)]
    [0.0, 0.0, 1.0, 2.0, 8.0, 60.0]
    """
    if failures < FREE_TRIES:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - FREE_TRIES, 10)), LONGEST_DELAY)
