"""Hand-offs as the oracle keeps them: parts of a ticket, who waits for which, and who holds them now."""

from dataclasses import dataclass
from uuid import UUID

from tests.requests.timeline.oracle_moments import Held


@dataclass
class Part:
    """A hand-off."""

    id: UUID
    department: str
    above: "Part | None"
    wait: bool
    offered: int
    accepted: int | None
    is_open: bool = True
    end: str | None = None
    asks: str | None = None

    def is_waited_for(self) -> bool:
        return self.is_open and self.wait and (self.above is None or self.above.is_waited_for())

    def is_held(self) -> bool:
        """Whether its department took it over, and those above it theirs."""
        return self.accepted is not None and (self.above is None or self.above.is_held())


def holding(parts: list[Part]) -> list[Part]:
    """Those at work who are waited for and wait for nobody at work themselves, by who of those above came first."""
    waited = [part for part in parts if part.is_waited_for() and part.is_held()]
    leaves = [part for part in waited if not any(other.above is part for other in waited)]

    def came(part: Part | None) -> list[tuple[int, int]]:
        return [] if part is None else [*came(part.above), (part.accepted or 0, parts.index(part))]

    return sorted(leaves, key=came)


def offered(parts: list[Part]) -> Part | None:
    """The first part offered of those for which the provider itself waits; nobody has taken one over."""
    return next((part for part in parts if part.above is None and part.is_waited_for()), None)


def chain_to(part: Part | None) -> list[Part]:
    """The part and those above it, the uppermost first."""
    return [] if part is None else [*chain_to(part.above), part]


def shut(part: Part, parts: list[Part], end: str = "returned") -> None:
    """The part is over, and so are those below it."""
    if part.is_open:
        part.is_open, part.end, part.asks = False, end, None
    for below in parts:
        if below.above is part:
            shut(below, parts, "ended")


def ask(parts: list[Part], link_id: UUID, asks: str | None) -> bool:
    """The part that somebody holds waits for an answer, or (None) no longer."""
    held = [part for part in parts if part.id == link_id and part.is_open and part.accepted is not None]
    for part in held:
        part.asks = asks
    return bool(held)


def held_by(state: str, said: tuple[str | None, str | None], parts: list[Part]) -> Held:
    """Whom a quarter in that state is charged to; `said` are the reason and the third party of a wait."""
    reason, third = said
    if state == "handed_off":
        names = list(dict.fromkeys(f"department:{part.department}" for part in holding(parts)))
        waits_for = offered(parts)
        reason = f"offered:{waits_for.department}" if waits_for else state
        return (names[0], state, tuple(names[1:])) if names else ("provider", reason, ())
    if state == "waiting_on_third_party":
        return (f"third_party:{third or 'unknown'}", reason or state, ())
    if state == "waiting_on_customer":
        return ("customer", reason or state, ())
    party = {"awaiting_approval": "approver", "fulfilled": "customer"}.get(state)
    return (party or ("none" if state in ("closed", "declined", "cancelled") else "provider"), state, ())


def take_over(parts: list[Part], link_id: UUID, now: int) -> bool:
    """The part is taken over, if it is only offered."""
    for part in parts:
        if part.id == link_id and part.is_open and part.accepted is None:
            part.accepted = now
            return True
    return False


def finish(parts: list[Part], link_id: UUID, end: str) -> bool:
    """The part ends so; whether that ends a wait of the provider's."""
    waited = any(part.is_waited_for() for part in parts)
    ending = [part for part in parts if part.id == link_id and part.is_open]
    for part in ending:
        shut(part, parts, end)
    return waited and bool(ending)


def follow(parts: list[Part], group: str | None, provider: str, link_id: UUID, now: int) -> None:
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
        parts.append(Part(link_id, group, chain[-1] if chain else None, True, now, now))
