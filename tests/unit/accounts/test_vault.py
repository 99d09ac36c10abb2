"""Access tokens at rest."""

import os
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from confab.accounts import vault
from confab.accounts.vault import Vault
from confab.errors import Misconfigured
from confab.model.inbox import AccountId, WorkspaceId
from confab.settings import Settings

TOKEN = "IGAA-secret-token"
WORKSPACE, ACCOUNT = WorkspaceId(uuid4()), AccountId(uuid4())
OLD, NEW = os.urandom(32), os.urandom(32)


def test_what_was_sealed_opens_again_and_is_not_readable() -> None:
    keys = Vault(keys=(NEW,), file=None)
    sealed = keys.seal(TOKEN, WORKSPACE, ACCOUNT)
    assert TOKEN.encode() not in sealed
    assert keys.open(sealed, WORKSPACE, ACCOUNT) == TOKEN
    assert keys.seal(TOKEN, WORKSPACE, ACCOUNT) != sealed


def test_a_token_moved_to_another_row_does_not_open() -> None:
    keys = Vault(keys=(NEW,), file=None)
    sealed = keys.seal(TOKEN, WORKSPACE, ACCOUNT)
    for workspace, account in ((WorkspaceId(uuid4()), ACCOUNT), (WORKSPACE, AccountId(uuid4()))):
        with pytest.raises(Misconfigured, match="was changed or belongs to another"):
            keys.open(sealed, workspace, account)


def test_a_changed_byte_is_noticed() -> None:
    keys = Vault(keys=(NEW,), file=None)
    sealed = bytearray(keys.seal(TOKEN, WORKSPACE, ACCOUNT))
    for position in range(len(sealed)):
        sealed[position] ^= 1
        with pytest.raises(Misconfigured):
            keys.open(bytes(sealed), WORKSPACE, ACCOUNT)
        sealed[position] ^= 1
    assert keys.open(bytes(sealed), WORKSPACE, ACCOUNT) == TOKEN


def test_the_newest_key_seals_and_older_ones_still_open() -> None:
    sealed = Vault(keys=(OLD,), file=None).seal(TOKEN, WORKSPACE, ACCOUNT)
    both = Vault(keys=(NEW, OLD), file=None)
    assert both.open(sealed, WORKSPACE, ACCOUNT) == TOKEN
    assert not both.is_current(sealed)
    assert both.is_current(both.seal(TOKEN, WORKSPACE, ACCOUNT))
    with pytest.raises(Misconfigured, match="CONFAB_ENCRYPTION_KEYS"):
        Vault(keys=(NEW,), file=None).open(sealed, WORKSPACE, ACCOUNT)


def test_without_keys_in_the_environment_one_is_generated_once_for_us_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    first = vault.opened_by(settings)
    file = settings.data_dir / "keys" / "encryption.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o077 == 0
    assert vault.opened_by(settings).keys == first.keys
    assert [entry.name for entry in file.parent.iterdir()] == ["encryption.key"]
    assert repr(first.keys[0]) not in repr(first)


def test_a_new_key_reaches_a_vault_that_is_open_already(tmp_path: Path) -> None:
    running = vault.opened_by(Settings(data_dir=tmp_path))
    before = running.seal(TOKEN, WORKSPACE, ACCOUNT)
    elsewhere = vault.opened_by(Settings(data_dir=tmp_path))
    vault.add_key(elsewhere)
    after = elsewhere.seal(TOKEN, WORKSPACE, ACCOUNT)
    assert running.open(after, WORKSPACE, ACCOUNT) == running.open(before, WORKSPACE, ACCOUNT) == TOKEN
    assert not running.is_current(before)


def test_the_keys_of_the_environment_are_never_written(tmp_path: Path) -> None:
    given = vault.opened_by(replace(Settings(data_dir=tmp_path / "var"), encryption_keys=(NEW,)))
    vault.add_key(given)
    assert given.current() == (NEW,)
    assert not (tmp_path / "var").exists()


def test_a_damaged_key_file_is_one_sentence(tmp_path: Path) -> None:
    vault.opened_by(Settings(data_dir=tmp_path))
    (tmp_path / "keys" / "encryption.key").write_text("not a key")
    with pytest.raises(Misconfigured, match="encryption keys"):
        vault.opened_by(Settings(data_dir=tmp_path))
