"""Hashing passwords with argon2id, off the event loop and a few at a time."""

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.settings import IdentitySettings
from services.shared.bounded_threads import BoundedThreads

LONGEST_QUEUE = 100


class Passwords:
    """Makes and checks password hashes in threads of its own; each takes `memory` KiB while it works."""

    def __init__(self, *, time: int, memory: int, concurrency: int) -> None:
        self._hasher = PasswordHasher(time_cost=time, memory_cost=memory, parallelism=1, type=Type.ID)
        self._threads = BoundedThreads("argon2", threads=concurrency, places=LONGEST_QUEUE)
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The password's hash, with salt and parameters in it; Unavailable when too many wait."""
        return await self._threads.run(self._hasher.hash, password)

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether the password made that hash; without a hash it takes as long and is false."""
        is_match = await self._threads.run(self._verify, password_hash or self._nobodys, password)
        return is_match and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.close()

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def passwords_of(settings: IdentitySettings) -> Passwords:
    """Hashing as the settings say."""
    return Passwords(time=settings.argon2_time, memory=settings.argon2_memory, concurrency=settings.argon2_concurrency)
