"""From where media are fetched, and from where never. Rule MD1 of docs/spec/inbox.md."""

import socket
from typing import Any

import pytest

from confab.errors import MediaGone, MediaRefused
from confab.media import guard


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=a%2Fb",
        "https://scontent-lhr8-1.cdninstagram.com/v/t51.jpg?oe=6543&oh=1",
        "https://LOOKASIDE.fbsbx.com./x",
        "https://scontent.xx.fbcdn.net:443/v/ad.jpg",
    ],
)
def test_MD1_metas_media_hosts_may_be_asked(url: str) -> None:
    assert guard.checked(url, frozenset()).url == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://lookaside.fbsbx.com/x", "https"),
        ("https://lookaside.fbsbx.com:8443/x", "https"),
        ("ftp://lookaside.fbsbx.com/x", "https"),
        ("file:///etc/passwd", "https"),
        ("javascript:alert(1)", "https"),
        ("data:image/png;base64,AAAA", "https"),
        ("https://evil.example/x", "not a host"),
        ("https://evilfbsbx.com/x", "not a host"),
        ("https://fbsbx.com.evil.example/x", "not a host"),
        ("https://evil.example/#.fbsbx.com", "not a host"),
        ("https://evil.example?.fbsbx.com/", "not a host"),
        ("https://127.0.0.1/x", "not a host"),
        ("https://2130706433/x", "not a host"),
        ("https://0x7f000001/x", "not a host"),
        ("https://0177.0.0.1/x", "not a host"),
        ("https://[::1]/x", "not a host"),
        ("https://[::ffff:127.0.0.1]/x", "not a host"),
        ("https://169.254.169.254/latest/meta-data/", "not a host"),
        ("https://localhost/x", "not a host"),
        ("https://me:secret@lookaside.fbsbx.com/x", "credentials"),
        ("https://lookaside.fbsbx.com@evil.example/x", "credentials"),
        ("https://@lookaside.fbsbx.com/x", "credentials"),
        ("https://lookaside.fbsbx.com\\@evil.example/x", "characters"),
        ("https://lookaside.fbsbx.com/\r\nHost: evil.example", "characters"),
        ("https://lookaside。fbsbx.com/x", "characters"),
        ("https://lookaside.fbsbx.com/ x", "characters"),
        ("https://[::1/x", "read"),
        ("https://lookaside.fbsbx.com:99999/x", "read"),
        ("https:///x", "not a host"),
        ("", "characters"),
    ],
)
def test_MD1_nothing_else_is_ever_asked(url: str, reason: str) -> None:
    with pytest.raises(MediaRefused, match=reason):
        guard.checked(url, frozenset())


@pytest.mark.parametrize("host", ["instagram.com", "www.instagram.com", "m.facebook.com", "FACEBOOK.com", "www.facebook.com."])
def test_MD1_N24_a_page_for_people_is_never_fetched_and_counts_as_a_dead_link(host: str) -> None:
    with pytest.raises(MediaGone, match="a page and to no file"):
        guard.checked(f"https://{host}/stories/ada/18012345678901234/", frozenset())
    for other in (f"http://{host}/x", f"https://{host}:8443/x"):
        with pytest.raises(MediaRefused, match="https"):
            guard.checked(other, frozenset())


def test_MD1_one_exact_pair_may_be_allowed_for_a_simulator() -> None:
    allow = guard.allowed(["127.0.0.1:8090", "[::1]:8091"])
    assert guard.checked("http://127.0.0.1:8090/cdn/1", allow).port == 8090
    assert guard.checked("http://[::1]:8091/cdn/1", allow).host == "::1"
    for near in ("http://127.0.0.1:8091/x", "http://127.0.0.2:8090/x", "http://localhost:8090/x", "ftp://127.0.0.1:8090/x"):
        with pytest.raises(MediaRefused):
            guard.checked(near, allow)


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_MD1_an_address_of_our_own_network_is_not_public_however_it_is_written(address: str) -> None:
    assert not guard.is_public(address)


@pytest.mark.parametrize("address", ["157.240.1.1", "2a03:2880:f12f::1", "::ffff:157.240.1.1", "64:ff9b::9df0:101"])
def test_MD1_a_public_address_is(address: str) -> None:
    assert guard.is_public(address)


class Names:
    """A name server in the hands of somebody else: another answer each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)

    def look_up(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        self.asked += 1
        addresses = self.answers[min(self.asked, len(self.answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["157.240.1.1", "10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]])
async def test_MD1_a_name_that_leads_inside_is_refused_even_with_a_public_address_beside(
    monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    Names(monkeypatch, answers)
    with pytest.raises(MediaRefused, match="not public"):
        await guard.GuardedBackend(frozenset()).connect_tcp("lookaside.fbsbx.com", 443, timeout=1)


async def test_MD1_a_name_that_changes_after_the_check_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator's pair may lead to 127.0.0.1: what the first answer named is connected to, and nobody asks again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        names = Names(monkeypatch, ["127.0.0.1"], ["127.0.0.9"])
        stream = await guard.GuardedBackend(frozenset({("media.test", port)})).connect_tcp("media.test", port, timeout=5)
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        await stream.aclose()
    assert names.asked == 1


async def test_MD1_no_socket_of_this_machine_is_asked() -> None:
    with pytest.raises(MediaRefused):
        await guard.GuardedBackend(frozenset()).connect_unix_socket("/run/docker.sock")
