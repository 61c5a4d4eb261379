"""Hand-offs as the oracle keeps them: parts of a ticket, who waits for which, and who holds them now."""

from dataclasses import dataclass
from uuid import UUID


@dataclass
class Part:
    """A hand-off."""

    id: UUID
    department: str
    above: "Part | None"
    wait: bool
    is_open: bool = True

    def is_waited_for(self) -> bool:
        return self.is_open and self.wait and (self.above is None or self.above.is_waited_for())


def holding(parts: list[Part]) -> list[Part]:
    """The parts that are waited for and wait for none themselves, in the order of whom they came through."""
    waited = [part for part in parts if part.is_waited_for()]
    leaves = [part for part in waited if not any(other.above is part for other in waited)]

    def came(part: Part | None) -> list[int]:
        return [] if part is None else [*came(part.above), parts.index(part)]

    return sorted(leaves, key=came)


def chain_to(part: Part | None) -> list[Part]:
    """The part and those above it, the uppermost first."""
    return [] if part is None else [*chain_to(part.above), part]


def shut(part: Part, parts: list[Part]) -> None:
    """The part is over, and so are those below it."""
    part.is_open = False
    for below in parts:
        if below.above is part:
            shut(below, parts)


def follow(parts: list[Part], group: str | None, provider: str, link_id: UUID) -> None:
    """Another system named the group that works on the ticket: a part returned, or one more is handed on."""
    if group is None:
        return
    held = holding(parts)
    chain = chain_to(held[0]) if held else []
    if group == provider:
        for part in chain[:1]:
            shut(part, parts)
    elif any(part.department == group for part in chain):
        place = next(n for n, part in enumerate(chain) if part.department == group)
        for part in chain[place + 1 : place + 2]:
            shut(part, parts)
    else:
        parts.append(Part(link_id, group, chain[-1] if chain else None, True))
