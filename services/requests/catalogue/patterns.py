"""How large the patterns of forms are: what matching one may cost is bounded before anything is matched."""

import re
from typing import Final

_TIMES: Final = re.compile(r"\{\s*(\d+)\s*(?:(,)\s*(\d*)\s*)?\}")
_NAMED: Final = re.compile(r"\\[pPxuU]\{[^}]*\}|\\[pP].")
_HEAD: Final = re.compile(r"\((\?(P?<[^>]*>|[a-zA-Z-]*:|(?=[a-zA-Z-]*\))[a-zA-Z-]*))?")
_BROAD, _WIDE, _NARROW = 4, 2, 1
"""States of `\\w` and its like, of what is left out or anything, of a letter or a list of letters."""


def states_of(pattern: str) -> int:
    """About how many states an automaton for the pattern has; matching takes at most so many steps a letter.

    What is repeated counts as often as it may come, one within the other; the pattern is one that can be read.

    >>> [states_of(each) for each in ("^[A-Z]{2}-[0-9]+$", "(?:[a-z]{0,100}){100}x", r"\\w{3}", "a{5}{5}", r"a\\{5}")]
    [4, 10001, 12, 25, 4]
    """
    outer: list[int] = []
    whole = last = place = 0
    while place < len(pattern):
        letter = pattern[place]
        times = _TIMES.match(pattern, place)
        if letter == "(":
            outer.append(whole + last)
            whole = last = 0
            place = _after_group_head(pattern, place)
        elif letter == ")":
            whole, last = (outer.pop() if outer else 0), max(whole + last, 1)
            place += 1
        elif times is not None:
            last *= max(int(times[3] or times[1]) + (times[2] is not None and not times[3]), 1)
            place = times.end()
        elif letter in "*+?|^$":
            place += 1
        else:
            whole += last
            last, place = _atom(pattern, place)
    return max(whole + last, 1)


def _after_group_head(pattern: str, place: int) -> int:
    """Behind `(`, `(?:`, `(?<name>`, `(?i)` up to its `)`."""
    head = _HEAD.match(pattern, place)
    return head.end() if head else place + 1


def _atom(pattern: str, place: int) -> tuple[int, int]:
    """The states of the letter, escape or list of letters there, and the place behind it."""
    letter = pattern[place]
    if letter == "[":
        return _listed(pattern, place)
    if letter == "\\":
        named = _NAMED.match(pattern, place)
        end = named.end() if named else place + 2
        return _BROAD if pattern[place + 1 : place + 2] in "wWdDsSpP" else _NARROW, end
    return _WIDE if letter == "." else _NARROW, place + 1


def _listed(pattern: str, begin: int) -> tuple[int, int]:
    """The same of `[…]`, in which others may be nested."""
    place, depth = begin + 1, 1
    if pattern.startswith("^", place):
        place += 1
    if pattern.startswith("]", place):
        place += 1
    while place < len(pattern) and depth:
        letter = pattern[place]
        depth += (letter == "[") - (letter == "]")
        place += 2 if letter == "\\" else 1
    told = pattern[begin:place]
    if "\\" in told or ":" in told:
        return _BROAD, place
    return (_NARROW if told.isascii() and not told.startswith("[^") else _WIDE), place
