"""How properties are tried: with the same scenarios in every run of the tests, with many new ones in the soak."""

import os

from hypothesis import HealthCheck, settings

_IS_SOAK = os.environ.get("CONFAB_SOAK") == "full"

settings.register_profile(
    "confab",
    derandomize=not _IS_SOAK,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("confab")


def examples(count: int) -> settings:
    """So many scenarios, and twenty times as many in the soak; what is found there becomes a test of its own."""
    return settings(max_examples=20 * count if _IS_SOAK else count)
