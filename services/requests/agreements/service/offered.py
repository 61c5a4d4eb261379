"""Offerings that two departments name between them: the provider's own, or those of departments below it."""

from collections.abc import Sequence
from uuid import UUID

from services.requests.agreements.refusals import OfferingOfAnother
from services.requests.catalogue.queries import providers_of_offerings
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.queries import departments_above
from services.shared.idempotency import Fetch


async def check_offered(fetch: Fetch, offering_ids: Sequence[UUID], provider_id: UUID) -> set[UUID]:
    """Who provides these offerings. UnknownOffering, OfferingOfAnother, each with a pointer into `offering_ids`."""
    providers = await providers_of_offerings(fetch, offering_ids)
    above = {each: await departments_above(fetch, {each}) for each in set(providers.values())}
    for place, offering_id in enumerate(offering_ids):
        pointer = f"/offering_ids/{place}"
        if offering_id not in providers:
            raise UnknownOffering(pointer=pointer, offering_id=offering_id)
        if provider_id not in above[providers[offering_id]]:
            raise OfferingOfAnother(pointer=pointer, offering_id=offering_id)
    return set(providers.values())
