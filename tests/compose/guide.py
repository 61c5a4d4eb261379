"""The commands of docs/admin.md, by section: the trial runs what the page says, and nothing beside it."""

import re

from tests.compose.commands import CouldNot

SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> dict[str, list[str]]:
    """Each section's shell blocks, in order.

    >>> blocks("# A page\\n## Start\\nDo\\n```sh\\nmake up\\n```\\n## End\\nnothing\\n")
    {'Start': ['make up\\n'], 'End': []}
    """
    _, *parts = SECTION.split(page)
    return {title: BLOCK.findall(text) for title, text in zip(parts[::2], parts[1::2], strict=True)}


class Guide:
    """The blocks of the page; what has not been run at the end is a promise nobody looked at."""

    def __init__(self, page: str) -> None:
        self._blocks = blocks(page)
        self._left = {(title, number) for title, found in self._blocks.items() for number in range(len(found))}

    def block(self, section: str, number: int = 0) -> str:
        """One block of a section, which then counts as run."""
        try:
            found = self._blocks[section][number]
        except (KeyError, IndexError):
            raise CouldNot(f"docs/admin.md has no block {number + 1} under {section!r}") from None
        self._left.discard((section, number))
        return found

    @property
    def left(self) -> list[str]:
        """Sections with blocks that nobody has asked for."""
        return sorted({title for title, _ in self._left})
