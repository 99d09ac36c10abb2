"""Access tokens at rest: AES-256-GCM, bound to their account, so that a token moved to another row does not open.

Sealed = key id (4 bytes) · nonce (12) · ciphertext and tag. The key id is the beginning of the key's SHA-256.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from confab.errors import Misconfigured
from confab.settings import Settings

NO_KEY = "Its token cannot be opened: the key is missing. Connect the account again, or give the key back."
"""What people are told of an account whose token no key opens."""
_KEY_BYTES = 32
_ID_BYTES = 4
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Seals with the newest key, opens with any. With a file, it looks there each time: `rotate` may have added one."""

    keys: tuple[bytes, ...] = field(repr=False)
    file: Path | None

    def seal(self, secret: str, *owner: UUID) -> bytes:
        """The secret as it is stored in the row of this owner: workspace and account, or a Meta app."""
        key = self.current()[0]
        nonce = os.urandom(_NONCE_BYTES)
        return _id(key) + nonce + AESGCM(key).encrypt(nonce, secret.encode(), _identity(owner))

    def open(self, sealed: bytes, *owner: UUID) -> str:
        """The secret. Raises Misconfigured when its key is missing or it was not sealed for this owner."""
        nonce = sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES]
        for key in self.current():
            if _id(key) == sealed[:_ID_BYTES]:
                return _opened(key, nonce, sealed[_ID_BYTES + _NONCE_BYTES :], owner)
        raise Misconfigured(
            f"The secret of {owner[-1]} was encrypted with the key {sealed[:_ID_BYTES].hex()}, which is not here: put that key "
            "into CONFAB_ENCRYPTION_KEYS, behind the newest."
        )

    def current(self) -> tuple[bytes, ...]:
        """The keys as they are now, newest first."""
        return self.keys if self.file is None else _newest(self.file)

    def key_ids(self) -> tuple[str, ...]:
        """The keys that are here by what they are called, newest first: a few letters that tell nothing of the key."""
        return tuple(_id(key).hex() for key in self.current())

    def missing_key(self, sealed: bytes) -> str | None:
        """What the key is called that sealed it, where that key is not here."""
        name = sealed[:_ID_BYTES].hex()
        return None if name in self.key_ids() else name

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        return sealed[:_ID_BYTES] == _id(self.current()[0])


def opened_by(settings: Settings) -> Vault:
    """The vault with the environment's keys, else with those of a file in the data directory, made if missing."""
    if settings.encryption_keys:
        return Vault(keys=settings.encryption_keys, file=None)
    file = settings.data_dir / "keys" / "encryption.key"
    if not file.exists():
        _write(file, [os.urandom(_KEY_BYTES)], replace=False)
    return Vault(keys=_read(file), file=file)


def add_key(vault: Vault) -> None:
    """Put a fresh key before the others, if they are ours to write; those of the environment are the operator's."""
    if vault.file is not None:
        _write(vault.file, [os.urandom(_KEY_BYTES), *vault.current()], replace=True)


def _opened(key: bytes, nonce: bytes, text: bytes, owner: Sequence[UUID]) -> str:
    try:
        return AESGCM(key).decrypt(nonce, text, _identity(owner)).decode()
    except InvalidTag:
        raise Misconfigured(
            f"The secret of {owner[-1]} was changed or belongs to another row: connect the account again."
        ) from None


def _newest(file: Path) -> tuple[bytes, ...]:
    """The keys of a file that is replaced as a whole, or not at all: read anew once it is another one."""
    try:
        found = file.stat()
    except OSError:
        return _read(file)
    return _kept(file, found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _kept(file: Path, _inode: int, _changed_ns: int) -> tuple[bytes, ...]:
    return _read(file)


def _read(file: Path) -> tuple[bytes, ...]:
    try:
        keys = tuple(base64.b64decode(line, validate=True) for line in file.read_text().split())
    except (OSError, binascii.Error) as error:
        raise Misconfigured(f"The encryption keys in {file} cannot be read: {error}.") from None
    if not keys or any(len(key) != _KEY_BYTES for key in keys):
        raise Misconfigured(f"The encryption keys in {file} are damaged: put back the file from your backup.")
    return keys


def _write(file: Path, keys: Sequence[bytes], *, replace: bool) -> None:
    """All or nothing, and readable by us alone. Without `replace`, whoever comes first wins."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = file.with_name(f".{file.name}.{os.urandom(6).hex()}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.writelines(base64.b64encode(key) + b"\n" for key in keys)
            out.flush()
            os.fsync(out.fileno())
        if replace:
            partial.rename(file)
            return
        try:
            file.hardlink_to(partial)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    except OSError as error:
        raise Misconfigured(f"The encryption key cannot be written to {file}: {error.strerror}.") from error


def _id(key: bytes) -> bytes:
    return hashlib.sha256(b"confab key id" + key).digest()[:_ID_BYTES]


def _identity(owner: Sequence[UUID]) -> bytes:
    return b"".join(one.bytes for one in owner)
