"""What stands against the content of a request: the obligations that need something said with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.requests.tickets.refusals import NeededByMissing, QuantityMissing
from services.requests.tickets.rules.quota import MOST, quantity_of
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.vocabulary import ClockName


def check_obligations(
    obligations: Iterable[PinnedObligation], needed_by: str | None, fields: Mapping[str, Any]
) -> None:
    """NeededByMissing under an obligation of notice, QuantityMissing under a quota of quantities."""
    for obligation in obligations:
        if obligation.clock is ClockName.NOTICE and needed_by is None:
            raise NeededByMissing(pointer="/needed_by")
        if obligation.clock is ClockName.QUOTA and quantity_of(fields, obligation.quantity) is None:
            where = f"/fields{obligation.quantity}"
            raise QuantityMissing(pointer=where, pointer_named=where, most=MOST)
