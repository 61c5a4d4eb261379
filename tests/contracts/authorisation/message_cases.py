"""The matrix's requests about messages: what the asker was told."""

from collections.abc import Mapping
from typing import Any

from tests.contracts.authorisation.asking import ANY_VERSION, Asked, Prepare
from tests.requests.messages.telling import told_of_a_breach

_MESSAGES = "/v1/messages"


async def _own(_: Any) -> Asked:
    return Asked("GET", _MESSAGES)


def _message(below: str = "", changes: object = None) -> Prepare:
    async def prepare(world: Any) -> Asked:
        await told_of_a_breach(world.desk.app, world.ids["asker"])
        listed = await world.client.get(_MESSAGES, headers=world.token("asker"))
        path = f"{_MESSAGES}/{listed.json()['items'][0]['id']}{below}"
        return Asked("GET", path) if changes is None else Asked("PATCH", path, changes, ANY_VERSION)

    return prepare


MESSAGE_CASES: Mapping[str, Prepare] = {
    "messages_list_messages": _own,
    "messages_get_message": _message(),
    "messages_change_message": _message(changes={"is_read": True}),
    "messages_list_items": _message("/items"),
}
