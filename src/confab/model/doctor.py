"""What the doctor says: findings about the installation and its accounts, and how they stand together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from confab.model.inbox import AccountId

Level = Literal["green", "amber", "red", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found.

    `about` names the account or the setting, None where the check has one subject only. `says` is what was seen, `means` what
    follows from it, `remedy` what to do, `path` where at Meta or in the Instagram app; None where nothing is to be done.
    `unknown` is what could not be learned: no reason to worry, and no green either. `guide` is the section of
    docs/meta-setup.md that tells more.
    """

    check: str
    title: str
    account_id: AccountId | None
    about: str | None
    level: Level
    says: str
    means: str | None
    remedy: str | None
    path: str | None
    guide: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """How a workspace stands: when the doctor looked last and what was found then, by how many of each level.

    `asked_at`: since when somebody waits for another look, None when nobody does. `turned_red`: what the last look found that
    was not red before, in words.
    """

    looked_at: datetime | None
    asked_at: datetime | None
    red: int
    amber: int
    unknown: int
    turned_red: list[str]
    version: int
