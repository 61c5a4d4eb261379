"""Who may see which invitation."""

from services.feedback.invitations.models import Invitation
from services.shared.auth import Actor

DELIVER = "invitations:deliver"


def is_invited(actor: Actor, invitation: Invitation) -> bool:
    """Whether the invitation is the actor's own; no other person sees it, for it holds the link."""
    return not actor.is_client and invitation.person_id == actor.id


def can_deliver(actor: Actor) -> bool:
    """Whether the actor brings links to the people invited: a program that was given this, never a person."""
    return actor.is_client and DELIVER in actor.scopes
