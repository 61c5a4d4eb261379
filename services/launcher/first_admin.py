"""The way into an organisation in which nobody can sign in yet."""

from datetime import UTC, datetime

from services.identity.first_admin import invite_first_admin
from services.shared.db import make_engine, make_sessions


async def make_first_admin_link(url: str, base_url: str) -> str | None:
    """The one-time link with which the first administrator sets a password; none once one can sign in.

    `url` is identity's database for its runtime role, `base_url` the gateway as people's browsers see it.
    """
    engine = make_engine(url)
    try:
        async with make_sessions(engine)() as session, session.begin():
            return await invite_first_admin(session, base_url=base_url, now=datetime.now(UTC))
    finally:
        await engine.dispose()
