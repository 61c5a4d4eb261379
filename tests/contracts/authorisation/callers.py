"""Who asks in the authorisation matrix, by what they are to its world, and how a row of it is written."""

from collections.abc import Mapping

MEMBERS_OF_IT = "member agent manager deputy"
MEMBERS_OF_HR = "asker colleague customer_agent customer_manager"
ELSEWHERE = "other_agent other_manager beneficiary participant"
ON_THE_TICKET = "asker beneficiary participant"
"""For whom the ticket is: they speak for its customer."""
LOOKERS_ON = "auditor listener viewer"
SIGNED_IN = f"{MEMBERS_OF_IT} {MEMBERS_OF_HR} {ELSEWHERE} {LOOKERS_ON} admin"
PROGRAMS = "account connector"
"""`account`: every scope but `tickets:import`, and no department. `connector`: that scope too."""
CALLERS = ("nobody", *SIGNED_IN.split(), *PROGRAMS.split(), "scopeless")
"""`scopeless`: a service account with every scope that there is, but for the one that the operation asks for."""
MANAGERS = "manager customer_manager other_manager"
READERS_OF_THE_TICKET = f"{ON_THE_TICKET} agent manager customer_manager admin auditor connector"
WORKERS_ON_THE_TICKET = "agent manager admin connector"
READERS_OF_THE_AGREEMENT = f"{MEMBERS_OF_IT} {MEMBERS_OF_HR} admin auditor {PROGRAMS}"
SIDES_OF_THE_AGREEMENT = "manager customer_manager deputy"
SEE_FIGURES = f"agent customer_agent other_agent {MANAGERS} admin auditor viewer {PROGRAMS}"

Row = Mapping[str, int]


def row(status: int, allowed: str, *, refused: int = 403, scopeless: int = 403, **others: str) -> Row:
    """`allowed` get `status`; `refused` is everybody else's, but for `s404="…"` and the like; nobody gets 401."""
    answers = dict.fromkeys(CALLERS, refused) | {"nobody": 401, "scopeless": scopeless}
    answers |= dict.fromkeys(allowed.split(), status)
    for name, callers in others.items():
        answers |= dict.fromkeys(callers.split(), int(name.removeprefix("s")))
    return answers


def public(status: int) -> Row:
    """Nobody needs to sign in; nor does it matter who does."""
    return dict.fromkeys(CALLERS, status)


EVERYBODY = row(200, f"{SIGNED_IN} {PROGRAMS}")
ADMINISTRATORS = "admin account connector"
"""Administrators, and the programs to which one gave the scope."""
READS_THE_TICKET = row(200, READERS_OF_THE_TICKET, refused=404)
SUPPORT = "other_agent other_manager"
HOLDS_THE_LINK = row(
    201, f"{SUPPORT} admin connector", refused=404, s403=f"auditor {ON_THE_TICKET} agent manager customer_manager"
)
"""Support, to which IT offered a part of the ticket; who offered it reads of it and does not answer."""
ACTORS_ON_THE_TICKET = f"{ON_THE_TICKET} customer_manager {WORKERS_ON_THE_TICKET}"
READS_THE_AGREEMENT = row(200, READERS_OF_THE_AGREEMENT, refused=404)
GIVES_A_SIDES_WORD = row(201, SIDES_OF_THE_AGREEMENT, s404="other_manager")
SUBMITTERS = f"{MEMBERS_OF_HR} admin connector"
