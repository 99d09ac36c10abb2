"""What a company's program is told can be checked by it. Rule LB9."""

import hmac
from datetime import UTC, datetime

from confab.members import hook


def test_LB9_the_signature_is_over_time_and_body() -> None:
    headers = hook.signed("k" * 40, "e1", b'{"a":1}', datetime(2026, 11, 2, 12, 0, tzinfo=UTC))
    expected = hmac.new(b"k" * 40, b'1793620800.{"a":1}', "sha256").hexdigest()
    assert (headers["confab-timestamp"], headers["confab-signature"]) == ("1793620800", f"v1={expected}")
    assert headers["confab-event-id"] == "e1"
