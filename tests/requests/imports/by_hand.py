"""Who held the time of a case of the real log, told straight from its rows: no fold, no links, no code of ours.

A plain reading of sections 4 and 10 of the agreement on tickets: sort the rows, remember the group, keep the chain of
departments that a case was handed along, and charge each span between two rows to one party.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

PARTIES = {
    "Awaiting User Info": "customer",
    "Awaiting Evidence": "customer",
    "Awaiting Vendor": "third_party:vendor",
    "Awaiting Problem": "third_party:problem management",
    "Resolved": "customer",
    "Closed": "none",
}
"""Of states in which nobody of the chain works; in the others the last of the chain does."""
DONE = ("Resolved", "Closed")
DESK = "SERVICE-DESK"


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC)


def code(group: str) -> str:
    return group.upper().replace(" ", "-")


def told(rows: Sequence[dict[str, str]], now: datetime) -> tuple[dict[str, timedelta], datetime, datetime, str]:
    """Time by party, the case's first and last instant, and its last state; `rows` in the order of the file."""
    rows = sorted(rows, key=lambda row: instant(row["sys_updated_at"]))  # stable: equal minutes keep the file's order
    provider = next((code(row["assignment_group"]) for row in rows if row["assignment_group"] != "?"), DESK)
    begin = min(instant(row[column]) for row in rows for column in ("opened_at", "sys_updated_at"))
    spans: list[tuple[datetime, str]] = [(begin, "provider")]
    chain: list[str] = []
    group = None
    for row in rows:
        if row["assignment_group"] != "?":
            group = code(row["assignment_group"])
        state = row["incident_state"]
        if state in DONE:
            chain = []
        elif group is not None:
            if group == provider:
                chain = []
            elif group in chain:
                chain = chain[: chain.index(group) + 1]
            else:
                chain = [*chain, group]
        worker = f"department:{chain[-1]}" if chain else "provider"
        spans.append((instant(row["sys_updated_at"]), PARTIES.get(state, worker)))
    while len(spans) > 1 and spans[-1][1] == spans[-2][1] == "none":
        spans.pop()
    end = spans[-1][0] if spans[-1][1] == "none" else now
    held: defaultdict[str, timedelta] = defaultdict(timedelta)
    for (since, party), (until, _) in zip(spans, [*spans[1:], (end, "")], strict=True):
        held[party] += until - since
    return {party: time for party, time in held.items() if time}, begin, end, rows[-1]["incident_state"]
