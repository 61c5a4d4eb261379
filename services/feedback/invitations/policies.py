"""Who may see which invitation."""

from services.feedback.invitations.models import Invitation
from services.shared.auth import Actor


def is_invited(actor: Actor, invitation: Invitation) -> bool:
    """Whether the invitation is the actor's own; nobody else sees it, for it holds the link."""
    return not actor.is_client and invitation.person_id == actor.id
