"""Passwords: Argon2id, and no shorter way for an unknown address."""

import re

import pytest

from confab.errors import Invalid
from confab.team import passwords
from confab.team.passwords import Passwords


async def test_a_password_fits_its_own_hash_and_no_other() -> None:
    some = Passwords()
    stored = await some.hashed("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert await some.fits("correct horse battery", stored)
    assert not await some.fits("correct horse batterx", stored)
    assert not await some.fits("anything", None)
    assert not await some.fits("anything", "not a hash")


async def test_the_hash_compared_with_for_nobody_costs_as_much_as_a_real_one() -> None:
    def cost(stored: str) -> str:
        found = re.match(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+", stored)
        assert found
        return found[0]

    assert cost(passwords._NOBODYS) == cost(await Passwords().hashed("correct horse battery"))


@pytest.mark.parametrize("password", ["", "ninechars", "x" * 1001])
async def test_a_password_of_a_wrong_length_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        await Passwords().hashed(password)
    assert refused.value.facts == {"field": "password"}
