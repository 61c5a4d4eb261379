"""What a fact does to an asking for approval: it begins one, answers at a level, or ends it."""

from services.requests.timeline.approving import Pending
from services.requests.timeline.events import Event
from services.requests.timeline.facts import ApprovalAnswered, Moved, Submitted
from services.requests.timeline.scene import Scene
from services.requests.timeline.vocabulary import State


def pending_after(pending: Pending | None, scene: Scene, event: Event, *, is_opening: bool) -> Pending | None:
    """The asking under way after this fact; none where nobody's approval is awaited, or another system asks for it.

    `scene` is the ticket after the fact, `is_opening` says that it is its first.
    """
    payload = event.payload
    if all(standing.state is not State.AWAITING_APPROVAL for standing in scene.path):
        return None
    if isinstance(payload, ApprovalAnswered) and pending is not None:
        return pending.approved(payload.level, scene.at) if payload.approved else pending
    asks = isinstance(payload, Moved) and payload.to is State.AWAITING_APPROVAL
    is_submission = isinstance(payload, Submitted) and is_opening
    if isinstance(payload, Submitted | Moved) and payload.approvals and (asks or is_submission):
        return Pending(payload.approvals, 1, scene.at)
    return pending
