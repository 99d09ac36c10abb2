"""Chance that can be had again: the same names give the same dice."""

import random


def of(*names: object) -> random.Random:
    """Dice that belong to these names."""
    return random.Random("|".join(map(str, names)))  # noqa: S311 -- for stories, not for secrets
