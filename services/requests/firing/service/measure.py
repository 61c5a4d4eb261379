"""What a ticket's promises have come to when its breach changes another clock: then the ticket is folded to tell."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.db import Outbox
from services.requests.events import Counts, TicketMeasured
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.rules.measured import Count, counts_of
from services.requests.tickets.service.recording import unfold
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection
