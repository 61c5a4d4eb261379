"""The matrix's requests about hand-offs: IT offers Support a part of its ticket."""

from collections.abc import Mapping
from typing import Any

from tests.contracts.authorisation.asking import Asked, Prepare
from tests.contracts.authorisation.requests_cases import RequestsWorld


async def _offered(world: RequestsWorld) -> str:
    """The path of the link."""
    path = f"/v1/tickets/{(await world.ticket())['id']}/hand-offs"
    made = await world.made(path, _offer(world), world.token("agent"))
    return f"{path}/{made['id']}"


def _offer(world: RequestsWorld) -> dict[str, Any]:
    return {"department_id": str(world.departments["SUPPORT"].id)}


async def _new_offer(world: RequestsWorld) -> Asked:
    return Asked("POST", f"/v1/tickets/{(await world.ticket())['id']}/hand-offs", _offer(world))


async def _shown(world: RequestsWorld) -> Asked:
    return Asked("GET", f"/v1/tickets/{(await world.ticket())['id']}/hand-offs")


def _answer(below: str, body: object, *, is_accepted: bool = False, asks: str | None = None) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        path, support = await _offered(world), world.token("other_agent")
        if is_accepted or asks:
            await world.made(f"{path}/acceptances", {}, support)
        if asks:
            await world.made(f"{path}/questions", {"comment": "Which?", "asks": asks}, support)
        return Asked("POST", f"{path}{below}", body)

    return prepare


HAND_OFF_CASES: Mapping[str, Prepare] = {
    "tickets_list_hand_offs": _shown,
    "tickets_offer_hand_off": _new_offer,
    "tickets_accept_hand_off": _answer("/acceptances", None),
    "tickets_bounce_hand_off": _answer("/bounces", {"reason": "Not ours"}),
    "tickets_withdraw_hand_off": _answer("/withdrawals", {}),
    "tickets_return_hand_off": _answer("/returns", {}, is_accepted=True),
    "tickets_ask_on_hand_off": _answer("/questions", {"comment": "Which?"}, is_accepted=True),
    "tickets_answer_on_hand_off": _answer("/answers", {"comment": "This one"}, asks="provider"),
    "tickets_answer_on_hand_off/of the requester": _answer("/answers", {"comment": "This one"}, asks="requester"),
}
