"""Who may do what with service accounts."""

from collections.abc import Iterable

from services.shared.auth import Actor


def can_give_scopes(actor: Actor, scopes: Iterable[str]) -> bool:
    """Nobody gives a program more than they have themselves."""
    return actor.scopes.issuperset(scopes)


def can_manage_clients(actor: Actor) -> bool:
    """Administrators; a service account with the scope, which only an administrator can give."""
    return actor.is_client or actor.has_role("admin")
