"""What a new agreement version is to the open hand-offs of a ticket: each is under that of its own two departments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.requests.agreements.pinning import pin_agreement, pin_for_part
from services.requests.agreements.rules.content import AgreementContent
from services.requests.catalogue.covering import agreements_covering
from services.requests.catalogue.terms import Current
from services.requests.departments.service import Identity
from services.requests.tickets.rules.chained import chained, pair_of
from services.requests.tickets.service.recording import Unfolded
from services.requests.timeline.chain import LinkFold
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.rulings import AgreementRuled
from services.shared.db import Connection


async def rulings_on_links(
    connection: Connection,
    current: Current,
    identity: Identity,
    held: Unfolded,
    version_id: UUID,
    content: AgreementContent,
    now: datetime,
) -> Sequence[AgreementRuled]:
    """The ruling on each open link that this version covers today, by the priority that the link pinned."""
    found: list[AgreementRuled] = []
    for fold in chained(held.terms, held.progress, held.events).after:
        if not fold.link.is_open or fold.progress.terms.agreement_version_id == version_id:
            continue
        pinned = await _covering(connection, current, identity, held, fold, version_id, content, now)
        if pinned is not None:
            found.append(AgreementRuled(pinned, content.elapsed, fold.link.id))
    return found


async def _covering(
    connection: Connection,
    current: Current,
    identity: Identity,
    held: Unfolded,
    fold: LinkFold,
    version_id: UUID,
    content: AgreementContent,
    now: datetime,
) -> PinnedTerms | None:
    """What the version promises for that link, if it is what covers such an offer today."""
    customer_id, provider_id = pair_of(held.row, fold.link)
    if fold.offered is None or customer_id is None or provider_id is None:
        return None
    priority = fold.offered.priority or held.row["promised_priority"]
    offering_id, code = fold.offered.offering_id, fold.link.department
    if offering_id is None:
        agreements = await agreements_covering(connection.fetch, None, customer_id, provider_id)
        pinned = pin_for_part(agreements, code, priority, now)
        return pinned if pinned and pinned.agreement_version_id == version_id else None
    offered = await current.terms_for(
        connection.fetch,
        identity,
        offering_id=offering_id,
        customer_department_id=customer_id,
        provider_department_id=provider_id,
    )
    covering = offered.covering(priority, now)
    if covering is None or covering.version_id != version_id:
        return None
    return pin_agreement(content, version_id, provider=code, offering_id=offering_id, priority=priority)
