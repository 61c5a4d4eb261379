"""What each kind of fact does to a ticket; total: whatever the order of facts, it answers and never refuses."""

from typing import assert_never

from services.requests.timeline.clocks import Moment
from services.requests.timeline.decisions import Decision
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import (
    Amended,
    ApprovalAnswered,
    Assigned,
    Commented,
    Fact,
    HandOffAccepted,
    HandOffAnswered,
    HandOffAsked,
    HandOffEnded,
    HandOffOffered,
    Moved,
    Prioritised,
    PriorityProposed,
    Reported,
    Submitted,
    TakenBack,
)
from services.requests.timeline.ledger import Standing
from services.requests.timeline.links import Link, accept_link, ask_from, end_link, open_link, waited_for
from services.requests.timeline.marks import Mark
from services.requests.timeline.payloads import Payload
from services.requests.timeline.reports import react_to_report
from services.requests.timeline.rulings import Ruling
from services.requests.timeline.scene import Scene
from services.requests.timeline.transitions import sides_for
from services.requests.timeline.vocabulary import DONE, Asks, LinkEnd, Side, State, Visibility

_SERVING = (Side.PROVIDER, Side.DEPARTMENT)
_ENDS_OF_WORK = (LinkEnd.RETURNED, LinkEnd.ENDED)


def open_ticket(scene: Scene, fact: Payload) -> None:
    """The ticket opens with its first fact, whatever that is; any but a request is irregular."""
    match fact:
        case Submitted():
            scene.open(needs_approval=fact.needs_approval)
        case Reported(state=state) | Moved(to=state):
            scene.open(needs_approval=state is State.AWAITING_APPROVAL)
            scene.is_irregular = state not in (State.SUBMITTED, State.AWAITING_APPROVAL)
        case _:
            scene.open(needs_approval=False)
            scene.is_irregular = True


def react(scene: Scene, event: Event, provider: str) -> None:
    """`event` happens on `scene`; `provider` is the code of the ticket's provider."""
    fact = event.payload
    if isinstance(fact, Ruling | Decision | Mark):
        return
    before, came_from, was_asking = scene.state, scene.came_from, scene.is_asking
    if event.actor.side is Side.PROVIDER and not isinstance(fact, Submitted | Reported):
        _provider_acts(scene, fact)
    match fact:
        case Submitted() | ApprovalAnswered() | PriorityProposed() | TakenBack():
            return
        case Moved():
            _react_to_move(scene, fact, event.actor)
            if event.actor.side not in sides_for(before, fact.to, came_from):
                scene.is_irregular = True
        case Commented():
            _react_to_comment(scene, fact, event.actor)
        case Assigned():
            scene.assignee_id = fact.assignee_id
        case HandOffOffered():
            _react_to_hand_off(scene, fact, is_accepted=False)
        case HandOffAccepted():
            _react_to_acceptance(scene, fact)
        case HandOffEnded():
            _react_to_hand_off_ended(scene, fact)
        case HandOffAsked():
            _react_to_question(scene, fact, event.actor)
        case HandOffAnswered():
            link = open_link(scene.links, fact.link_id)
            scene.is_irregular = link is None or link.asks is None
            scene.links = ask_from(scene.links, fact.link_id, None) if link else scene.links
        case Reported():
            react_to_report(scene, fact, event, provider)
        case Amended():
            if event.actor.side is Side.CUSTOMER and fact.answers:
                scene.answer()
        case Prioritised():
            scene.priority = fact.priority
        case _:
            assert_never(fact)
    scene.note_question(was_asking=was_asking)


def _provider_acts(scene: Scene, fact: Fact) -> None:
    scene.moments.append(Moment.PROVIDER_ACTED)
    is_decline = isinstance(fact, Moved) and fact.to is State.DECLINED
    if scene.state is State.SUBMITTED and not is_decline:
        scene.accept()


def _react_to_move(scene: Scene, fact: Moved, actor: Actor) -> None:
    says_something = fact.comment or fact.to is State.WAITING_ON_CUSTOMER
    scene.move(Standing(fact.to, fact.reason, fact.third_party))
    scene.is_answered = fact.answers is True and actor.side is not Side.CUSTOMER
    if says_something and actor.side in _SERVING and not actor.automatic:
        scene.reply()


def _react_to_comment(scene: Scene, fact: Commented, actor: Actor) -> None:
    if fact.visibility is not Visibility.PUBLIC:
        return
    if actor.side in _SERVING and not actor.automatic:
        scene.reply()
    elif actor.side is Side.CUSTOMER and fact.answers:
        scene.answer()


def _react_to_hand_off(scene: Scene, fact: HandOffOffered | HandOffAccepted, *, is_accepted: bool) -> None:
    if scene.state in DONE or any(link.id == fact.link_id for link in scene.links):
        scene.is_irregular = True
        return
    above = open_link(scene.links, fact.parent) if fact.parent is not None else None
    parent = above.id if above else None
    if parent != fact.parent or (above is not None and above.is_offered):
        scene.is_irregular = True
    accepted_at = scene.at if is_accepted else None
    scene.links += (Link(fact.link_id, fact.department, parent, fact.wait, scene.at, accepted_at),)
    if parent is not None:
        return
    if scene.state is State.AWAITING_APPROVAL:
        scene.is_irregular = True
    if fact.wait:
        scene.come_alive(State.HANDED_OFF)
    _provider_acts(scene, fact)
    if fact.wait:
        scene.move(Standing(State.HANDED_OFF))


def _react_to_acceptance(scene: Scene, fact: HandOffAccepted) -> None:
    link = open_link(scene.links, fact.link_id)
    if link is not None and link.is_offered:
        scene.links = accept_link(scene.links, link.id, scene.at)
    else:
        _react_to_hand_off(scene, fact, is_accepted=True)


def _react_to_question(scene: Scene, fact: HandOffAsked, actor: Actor) -> None:
    link = open_link(scene.links, fact.link_id)
    if link is None or link.is_offered:
        scene.is_irregular = True
        return
    scene.links = ask_from(scene.links, link.id, fact.asks)
    if fact.asks is Asks.REQUESTER and actor.side in _SERVING and not actor.automatic:
        scene.reply()


def _react_to_hand_off_ended(scene: Scene, fact: HandOffEnded) -> None:
    link = open_link(scene.links, fact.link_id)
    if link is None or link.is_offered is (fact.end in _ENDS_OF_WORK):
        scene.is_irregular = True
    if link is None:
        return
    was_waiting = bool(waited_for(scene.links))
    scene.links = end_link(scene.links, fact.link_id, scene.at, fact.end)
    if was_waiting:
        scene.stop_waiting_for_links()
