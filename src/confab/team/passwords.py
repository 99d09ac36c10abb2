"""Passwords: Argon2id, in threads, because one check takes a sixth of a second and 64 MiB."""

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from confab.errors import Invalid

SHORTEST = 10
_LONGEST = 1000
_AT_ONCE = 4  # 256 MiB at most
_NOBODYS = (  # the hash of a password that nobody knows, with the parameters that ours have
    "$argon2id$v=19$m=65536,t=3,p=4$PR6UZ/ZqLXvFks+t4HsHlw$BEm1FTaFb9J8JQuHwVTJ9Bu4Hm05vm8XVjBFSXk5LXk"
)


class Passwords:
    """Hashes and checks, a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(),))
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def hashed(self, password: str) -> str:
        """What to store for a new password. Raises Invalid when it is too short or too long."""
        if not SHORTEST <= len(password) <= _LONGEST:
            raise Invalid(f"A password needs {SHORTEST} to {_LONGEST} characters.", field="password")
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether this is the password. Takes as long when there is none to compare with."""
        async with self._room:
            fits = await asyncio.to_thread(self._compare, password[:_LONGEST], stored or _NOBODYS)
        return fits and stored is not None

    def _compare(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(password, stored)
        except UnknownHashError:
            return False


def generated() -> str:
    """A password to hand to somebody: 15 random bytes, 20 characters."""
    return secrets.token_urlsafe(15)
