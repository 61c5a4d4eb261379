"""A worker for a test to kill: `python -m tests.requests.firing.killed DATABASE_URL`."""

import asyncio
import sys

from services.requests.catalogue.terms import TermsCache
from services.requests.firing.service.worker import run_firing

if __name__ == "__main__":
    asyncio.run(run_firing(sys.argv[1], TermsCache()))
