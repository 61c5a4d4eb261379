"""Use case: somebody says who they are and proves it with a password."""

from datetime import datetime
from uuid import UUID

from services.identity.accounts.queries import sign_in_facts
from services.identity.accounts.service.accounts import renew_hash
from services.identity.accounts.service.passwords import Passwords
from services.identity.accounts.service.throttle import SignInThrottle
from services.shared.db import Sessions
from services.shared.language import Texts
from services.shared.problems import Unauthenticated


class WrongCredentials(Unauthenticated):
    """The same answer, after the same time, for a wrong password, an unknown address and a disabled person."""

    code = "wrong_credentials"
    detail = Texts("E-mail or password is wrong.", "El correo o la contraseña no son correctos.")


async def prove_password(
    sessions: Sessions,
    passwords: Passwords,
    throttle: SignInThrottle,
    *,
    email: str,
    password: str,
    address: str,
    now: datetime,
) -> UUID:
    """The id of the active person with this address and password; WrongCredentials, TooManySignIns.

    Takes sessions rather than one: no connection is held while the hash is worked out.
    """
    async with throttle.turn(address, email, now=now):
        async with sessions() as session:
            facts = await sign_in_facts(session, email)
        is_right = await passwords.is_right(facts.password_hash if facts else None, password)
        throttle.note(address, email, succeeded=is_right, now=now)
    if facts is None or not is_right:
        raise WrongCredentials
    if passwords.is_outdated(facts.password_hash):
        fresh = await passwords.hash(password)
        async with sessions() as session, session.begin():
            await renew_hash(session, facts.person_id, fresh)
    return facts.person_id
