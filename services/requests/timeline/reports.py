"""What a row of another system does: the state that it names holds, and a change of group is a hand-off.

Read where `agreements.md` is brief:
- Before the first group is known nothing is handed off; a group that is not the provider's is one hand-off from it.
- The group of rows that are done or await approval is remembered; it counts at the next row that is neither.
- A row that names the state in which the ticket already is changes nothing, so its wait is not entered anew.
- Waits of another system replace each other; what they end into is told by its next row.
- A step that is another side's to take is outside the table too: a provider's system that closes is irregular.
- A step to work, a wait, a fulfilment or a decline is the provider's act, and asking the customer is a person's reply.
"""

from uuid import UUID

from services.requests.timeline.clocks import Moment
from services.requests.timeline.events import Event
from services.requests.timeline.facts import Reported
from services.requests.timeline.ledger import Standing
from services.requests.timeline.links import Link, charged_chain, end_link, waited_for
from services.requests.timeline.scene import PLAIN, Scene
from services.requests.timeline.transitions import sides_for
from services.requests.timeline.vocabulary import DONE, WORKING, LinkEnd, State

_NO_ACT = frozenset({State.AWAITING_APPROVAL, State.SUBMITTED, State.CLOSED, State.CANCELLED})


def react_to_report(scene: Scene, fact: Reported, event: Event, provider: str) -> None:
    """The row `fact`, which came as `event`, happens on `scene`."""
    before, came_from, links = scene.state, scene.came_from, scene.links
    scene.group = fact.department or scene.group
    scene.priority = fact.priority or scene.priority
    named = fact.state or _as_named(scene)
    if named in DONE or named is State.AWAITING_APPROVAL:
        if named is not before:
            _note_act(scene, named)
            scene.move(Standing(named))
    else:
        scene.come_alive(named)
        _follow_group(scene, provider, event.id)
        if fact.state is not None or scene.links is not links:
            _take_state(scene, named, fact)
    after = scene.state
    if after is not before:
        if event.actor.side not in sides_for(before, after, came_from):
            scene.is_irregular = True
        if after is State.WAITING_ON_CUSTOMER and not event.actor.automatic:
            scene.reply()
    if scene.links is not links and after not in DONE:
        scene.moments.append(Moment.PROVIDER_ACTED)


def _as_named(scene: Scene) -> State:
    """What a row without a state would have said: as before, a hand-off being no state of another system."""
    return scene.path[0].state if scene.state is State.HANDED_OFF else scene.state


def _note_act(scene: Scene, named: State) -> None:
    if named not in _NO_ACT:
        scene.moments.append(Moment.PROVIDER_ACTED)


def _follow_group(scene: Scene, provider: str, link_id: UUID) -> None:
    if scene.group is None:
        return
    chain = charged_chain(scene.links)
    departments = [provider, *(link.department for link in chain)]
    if scene.group not in departments:
        parent = chain[-1].id if chain else None
        scene.links += (Link(link_id, scene.group, parent, True, scene.at, scene.at),)
        return
    depth = departments.index(scene.group)
    if depth < len(chain):
        scene.links = end_link(scene.links, chain[depth].id, scene.at, LinkEnd.RETURNED)


def _take_state(scene: Scene, named: State, fact: Reported) -> None:
    is_handed_off = bool(waited_for(scene.links))
    if named is scene.state and is_handed_off == any(s.state is State.HANDED_OFF for s in scene.path):
        if fact.third_party and named is State.WAITING_ON_THIRD_PARTY:
            scene.path = (*scene.path[:-1], Standing(named, None, fact.third_party))
        return
    _note_act(scene, State.HANDED_OFF if is_handed_off else named)
    if is_handed_off or named is not State.SUBMITTED:
        scene.accept()
    rest = () if named in WORKING or named is State.HANDED_OFF else (Standing(named, None, fact.third_party),)
    if is_handed_off or named is State.HANDED_OFF:
        scene.path = (scene.path[0], *PLAIN[State.HANDED_OFF], *rest)
        return
    scene.stop_waiting_for_links()
    scene.path = PLAIN[named] if named in WORKING else (scene.path[0], *rest)
