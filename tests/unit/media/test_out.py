"""Links by which Instagram fetches a file. Rule UP5 of docs/spec/inbox.md."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from confab.media import names, out

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY, OTHER = b"k" * 32, b"o" * 32
TICKET = out.Ticket(
    workspace_id=uuid4(), digest=bytes(range(32)), content_type="image/jpeg", name="menu.jpg", until=NOW + out.GOOD_FOR
)


def token() -> str:
    return out.link("https://inbox.example.org", KEY, TICKET).rpartition("/")[2]


def test_UP5_a_link_says_one_file_and_until_when() -> None:
    link = out.link("https://inbox.example.org", KEY, TICKET)
    assert link.startswith("https://inbox.example.org/media/out/")
    assert link.isascii()
    assert out.opened(token(), [KEY], NOW) == TICKET
    assert out.opened(token(), [KEY], NOW + timedelta(minutes=59)) == TICKET
    assert out.opened(token(), [KEY], NOW + out.GOOD_FOR) is None


def test_UP5_a_link_outlives_the_rotation_of_keys_and_no_other_key_makes_one() -> None:
    assert out.opened(token(), [OTHER, KEY], NOW) == TICKET
    assert out.opened(token(), [OTHER], NOW) is None


@pytest.mark.parametrize("at", range(0, 130, 7))
def test_UP5_a_link_with_one_byte_changed_is_none(at: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(token() + "=" * (-len(token()) % 4)))
    raw[at % len(raw)] ^= 1
    assert out.opened(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), [KEY], NOW) is None


@pytest.mark.parametrize("bad", ["", "a", "=", "é" * 20, "A" * 601, "../../etc/passwd", "A" * 80, "AAAA\n" * 20])
def test_UP5_what_nobody_signed_is_no_link(bad: str) -> None:
    assert out.opened(bad, [KEY], NOW) is None


@pytest.mark.parametrize(
    ("given", "clean", "plain"),
    [
        ("menu.JPEG", "menu.jpg", "menu.jpg"),
        ("Café déjà vu.heic", "Café déjà vu.jpg", "Cafe-deja-vu.jpg"),
        ("C:\\Users\\dana\\Bild 1.png", "Bild 1.jpg", "Bild-1.jpg"),
        ("../../etc/passwd", "passwd.jpg", "passwd.jpg"),
        ("メニュー.jpg", "メニュー.jpg", "picture.jpg"),
        ("a\r\nb\u202e.jpg", "ab.jpg", "ab.jpg"),
        ('x"; filename="y.exe', 'x"; filename="y.jpg', "x-filename-y.jpg"),
        ("", "picture.jpg", "picture.jpg"),
        (".jpg", "picture.jpg", "picture.jpg"),
        ("x" * 300 + ".jpg", "x" * 100 + ".jpg", "x" * 100 + ".jpg"),
    ],
)
def test_UP5_a_name_is_clean_for_the_team_and_plain_for_instagram(given: str, clean: str, plain: str) -> None:
    found = names.clean(given, "image", "image/jpeg")
    assert (found, names.plain(found, "image")) == (clean, plain)
