"""The environment: read once, refused clearly."""

import base64
import dataclasses
from pathlib import Path

import pytest

from confab import settings
from confab.errors import Misconfigured

KEY = base64.b64encode(bytes(range(32))).decode()


def test_nothing_has_to_be_set() -> None:
    given = settings.read({})
    assert given == settings.Settings()
    assert given.origin == "http://127.0.0.1:8000"
    assert not given.is_https


def test_an_empty_variable_counts_as_unset() -> None:
    given = settings.read({"CONFAB_META_VERIFY_TOKEN": "", "CONFAB_PORT": "  ", "CONFAB_META_APP_SECRET": ","})
    assert given.meta_verify_token is None
    assert given.port == 8000
    assert given.meta_app_secrets == ()


def test_every_setting_reads_its_variable() -> None:
    given = settings.read(
        {
            "CONFAB_DATA_DIR": "/srv/confab",
            "CONFAB_DATABASE_URL": "postgresql://u:p@db/confab",
            "CONFAB_HOST": "::",
            "CONFAB_PORT": "9000",
            "CONFAB_PUBLIC_URL": "https://inbox.example.org/",
            "CONFAB_META_APP_SECRET": "one, two",
            "CONFAB_WEBHOOK_MAX_BYTES": "2 MiB",
            "CONFAB_LEDGER_DAYS": "90",
            "CONFAB_GRAPH_URL": "http://127.0.0.1:9999/v25.0/",
            "CONFAB_SEND_TIMEOUT_S": "2.5",
            "CONFAB_ENCRYPTION_KEYS": f"{KEY},{KEY}",
        }
    )
    assert given.data_dir == Path("/srv/confab")
    assert given.database_url == "postgresql://u:p@db/confab"
    assert given.local_url == "http://[::1]:9000"
    assert given.origin == "https://inbox.example.org"
    assert given.is_https
    assert given.meta_app_secrets == ("one", "two")
    assert given.webhook_max_bytes == 2 << 20
    assert given.ledger_days == 90
    assert given.graph_url == "http://127.0.0.1:9999/v25.0"
    assert given.send_timeout_s == 2.5
    assert given.encryption_keys == (bytes(range(32)),) * 2


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("DATABASE_URL", "database_url"),
        ("META_WEBHOOK_VERIFY_TOKEN", "meta_verify_token"),
        ("INSTAGRAM_WEBHOOK_VERIFICATION_TOKEN", "meta_verify_token"),
        ("INSTAGRAM_API_BASE_URL", "graph_url"),
        ("INTERNAL_SERVICE_TOKEN", "service_token"),
        ("IG_ACCOUNT_ID", "dev_account_id"),
        ("INSTAGRAM_SCOPED_ID", "dev_account_id"),
        ("IG_LONG_TOKEN", "dev_access_token"),
        ("INSTAGRAM_ACCESS_TOKEN", "dev_access_token"),
    ],
)
def test_a_name_from_elsewhere_is_accepted_and_ours_wins(name: str, field: str) -> None:
    value = {"database_url": "postgresql://there/x", "graph_url": "http://there/v25.0"}.get(field, "there")
    assert getattr(settings.read({name: value}), field) == value
    own = settings.declared()[field].name
    ours = value.replace("there", "ours")
    assert getattr(settings.read({name: value, own: ours}), field) == ours


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("CONFAB_PORT", "http", "a whole number from 0 to 65535"),
        ("CONFAB_PORT", "70000", "a whole number from 0 to 65535"),
        ("CONFAB_PORT", "٣", "a whole number"),
        ("CONFAB_PUBLIC_URL", "inbox.example.org", "http:// or https://"),
        ("CONFAB_PUBLIC_URL", "https://example.org/inbox", "a scheme and a host alone"),
        ("CONFAB_PUBLIC_URL", "http://[::1", "http:// or https://"),
        ("CONFAB_GRAPH_URL", "ftp://graph", "http:// or https://"),
        ("CONFAB_MEDIA_URL", "/srv/media", "file:// or s3://"),
        ("CONFAB_WEBHOOK_MAX_BYTES", "lots", "a number of bytes"),
        ("CONFAB_WEBHOOK_MAX_BYTES", "0", "a number of bytes"),
        ("CONFAB_SEND_TIMEOUT_S", "0", "a number of seconds"),
        ("CONFAB_SEND_TIMEOUT_S", "nan", "a number of seconds"),
        ("CONFAB_LEDGER_DAYS", "0", "a whole number from 1"),
    ],
)
def test_a_value_that_cannot_be_used_names_the_variable_and_the_remedy(name: str, value: str, remedy: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        settings.read({name: value})
    assert str(refused.value).startswith(f"{name} is {value!r}: it must ")
    assert remedy in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["CONFAB_PROT", "CONFAB_PORT_FILE", "CONFAB_"])
def test_an_unknown_variable_of_ours_stops_the_start(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"^{name} is not a setting: "):
        settings.read({name: "1", "HOME": "/root"})


@pytest.mark.parametrize("value", ["secret!", KEY[:-4], f"{KEY},short"])
def test_a_wrong_secret_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        settings.read({"CONFAB_ENCRYPTION_KEYS": value})
    assert value not in str(refused.value)


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from the file\n")
    assert settings.read({"CONFAB_META_VERIFY_TOKEN_FILE": str(file)}).meta_verify_token == "from the file"
    with pytest.raises(Misconfigured, match="are both set"):
        settings.read({"CONFAB_META_VERIFY_TOKEN_FILE": str(file), "CONFAB_META_VERIFY_TOKEN": "here"})
    with pytest.raises(Misconfigured, match="cannot be read"):
        settings.read({"CONFAB_META_VERIFY_TOKEN_FILE": str(tmp_path / "missing")})


def test_no_secret_is_in_the_repr() -> None:
    secrets = {setting.name: "hidden-value" * 3 for setting in settings.declared().values() if setting.is_secret}
    secrets["CONFAB_ENCRYPTION_KEYS"] = KEY
    secrets["CONFAB_DATABASE_URL"] = "postgresql://u:hidden-value@db/x"
    secrets["CONFAB_SMTP_URL"] = "smtp://u:hidden-value@mail"
    given = settings.read(secrets)
    assert "hidden-value" not in repr(given)
    assert repr(bytes(range(32))) not in repr(given)
    for field in dataclasses.fields(given):
        assert field.repr != field.metadata["setting"].is_secret


def test_MD9_media_have_a_mode_and_ages() -> None:
    chosen = {"MEDIA_MODE": "reference", "MEDIA_KEEP_DAYS": "video=90, audio=365", "MEDIA_REDIRECT": "true"}
    given = settings.read({f"CONFAB_{name}": value for name, value in chosen.items()})
    assert (given.media_mode, dict(given.media_keep_days), given.media_redirect) == (
        "reference",
        {"video": 90, "audio": 365},
        True,
    )
    usual = settings.read({})
    assert (usual.media_mode, usual.media_keep_days, usual.media_redirect) == ("store", (), False)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MEDIA_MODE", "links", "store or reference"),
        ("MEDIA_KEEP_DAYS", "films=90", "image, video, audio, file, avatar"),
        ("MEDIA_KEEP_DAYS", "video", "like video=90"),
        ("MEDIA_KEEP_DAYS", "video=0", "like video=90"),
        ("MEDIA_KEEP_DAYS", "video=1,video=2", "like video=90"),
        ("MEDIA_REDIRECT", "yes", "true or false"),
    ],
)
def test_MD9_a_wrong_one_stops_the_start(name: str, value: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        settings.read({f"CONFAB_{name}": value})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("VERIFICATION_TEXT", "Come in, {name}: {link}"),
        ("VERIFICATION_TEXT", "Come in: {link!r}"),
        ("VERIFICATION_TEXT", "Come in: {link:>2000}"),
        ("VERIFICATION_TEXT", "Come in: {link.__class__}"),
        ("VERIFICATION_TEXT", "Come in: {link} {"),
        ("VERIFICATION_TEXT", "Come in, {}: {link}"),
        ("VERIFICATION_TEXT", "Come in, to {brand}"),
        ("VERIFICATION_TEXT", "{link}" + "ü" * 450),
        ("ACKNOWLEDGEMENT_TEXT", "Look: {link}"),
        ("ACKNOWLEDGEMENT_TEXT", "{brand}" * 200),
    ],
)
def test_CN8_a_text_that_could_not_be_sent_stops_the_start(name: str, text: str) -> None:
    with pytest.raises(Misconfigured, match=f"CONFAB_{name}"):
        settings.read({f"CONFAB_{name}": text})


def test_CN8_a_long_brand_or_address_counts_too() -> None:
    with pytest.raises(Misconfigured, match="CONFAB_VERIFICATION_TEXT"):
        settings.read({"CONFAB_BRAND_NAME": "B" * 400})
    given = settings.read({"CONFAB_VERIFICATION_TEXT": "{{Hi}} {brand}: {link}", "CONFAB_BRAND_NAME": "Harbour"})
    assert given.verification_text.format(brand="Harbour", link="L") == "{Hi} Harbour: L"
