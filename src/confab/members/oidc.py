"""Sign-in with an OpenID Connect provider: authorization code with PKCE, state and nonce. Rule CS8.

Source: OpenID Connect Core 1.0 §3.1, Discovery 1.0 §4, RFC 7636, RFC 9207.
"""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from confab.errors import SignInFailed
from confab.members.handover import email_of
from confab.model.library import Identity

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_TIMEOUT_S = 10.0
_KNOWN_FOR = timedelta(hours=1)
_CLOCKS_DIFFER_S = 60
_LONGEST_ID = 255


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = msgspec.field(default_factory=lambda: ["client_secret_basic"])


class _Tokens(msgspec.Struct, frozen=True, kw_only=True):
    id_token: str


class Oidc:
    """One provider, as one client of it. What it says of itself is asked for once an hour, its keys with each sign-in."""

    def __init__(self, issuer: str, client_id: str, secret: str | None, *, origin: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._redirect = f"{origin}/verify/return"
        self._provider: Provider | None = None
        self._read_at: datetime | None = None

    async def leave(self, *, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """The provider's page for somebody who wants to sign in. Raises SignInFailed when it does not answer."""
        provider = await self._known(now)
        query = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": self._redirect, "scope": "openid email",
            "state": state, "nonce": nonce, "code_challenge": _challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        joint = "&" if urlsplit(provider.authorization_endpoint).query else "?"
        return f"{provider.authorization_endpoint}{joint}{urlencode(query)}"

    async def come_back(self, code: str, *, nonce: str, verifier: str, issuer: str | None, now: datetime) -> Identity:
        """Who the provider says this is. `issuer`: who sent them back, if that was said. Raises SignInFailed."""
        provider = await self._known(now)
        if issuer is not None and issuer != provider.issuer:
            raise SignInFailed("another provider sent this browser back")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect, "code_verifier": verifier}
        basic: tuple[str, str] | None = None
        if self._secret is not None and "client_secret_basic" in provider.token_endpoint_auth_methods_supported:
            basic = (_encoded(self._client_id), _encoded(self._secret))
        else:
            form |= {"client_id": self._client_id} | ({"client_secret": self._secret} if self._secret else {})
        async with _client() as http:
            answer = await _ask(http, "POST", provider.token_endpoint, data=form, auth=basic)
            keys = await _ask(http, "GET", provider.jwks_uri)
        return self._identity(_read(answer, _Tokens).id_token, _read(keys, dict[str, Any]), provider.issuer, nonce, now)

    def _identity(self, token: str, keys: dict[str, Any], issuer: str, nonce: str, now: datetime) -> Identity:
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS).claims  # pyright: ignore[reportArgumentType] -- JSON
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignInFailed(f"the provider's token cannot be verified ({type(error).__name__})") from None
        audience = claims.get("aud")
        ours = audience == self._client_id or (isinstance(audience, list) and self._client_id in audience)
        if claims.get("iss") != issuer or not ours or claims.get("azp", self._client_id) != self._client_id:
            raise SignInFailed("the provider's token is from somebody else, or for somebody else")
        if claims.get("nonce") != nonce:
            raise SignInFailed("the provider's token belongs to another sign-in")
        end, issued, user = claims.get("exp"), claims.get("iat"), claims.get("sub")
        if not isinstance(end, int | float) or end <= now.timestamp() - _CLOCKS_DIFFER_S:
            raise SignInFailed("the provider's token is too old")
        if not isinstance(issued, int | float) or issued > now.timestamp() + _CLOCKS_DIFFER_S:
            raise SignInFailed("the provider's token is from the future")
        if not isinstance(user, str) or not 0 < len(user) <= _LONGEST_ID:
            raise SignInFailed("the provider's token names nobody")
        is_verified = claims.get("email_verified") in (True, "true")
        return Identity(way="oidc", user_id=user, email=email_of(claims.get("email")) if is_verified else None)

    async def _known(self, now: datetime) -> Provider:
        if self._provider is not None and self._read_at is not None and timedelta(0) <= now - self._read_at < _KNOWN_FOR:
            return self._provider
        async with _client() as http:
            answer = await _ask(http, "GET", f"{self._issuer}/.well-known/openid-configuration")
        found: Provider = _read(answer, Provider)
        if found.issuer.rstrip("/") != self._issuer:
            raise SignInFailed(f"the provider calls itself {found.issuer!r}: set CONFAB_OIDC_ISSUER to that")
        self._provider, self._read_at = found, now
        return found


def _client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(trust_env=False, timeout=_TIMEOUT_S, follow_redirects=False)


async def _ask(
    http: httpx2.AsyncClient, method: str, url: str, data: dict[str, str] | None = None, auth: tuple[str, str] | None = None
) -> bytes:
    try:
        answer = await http.request(method, url, data=data, auth=auth, headers={"accept": "application/json"})
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise SignInFailed(f"the provider cannot be reached ({type(error).__name__})") from None
    if answer.status_code != 200:
        raise SignInFailed(f"the provider answered {answer.status_code}")
    return answer.content


def _read(answer: bytes, shape: Any) -> Any:  # noqa: ANN401 -- msgspec's own type, of any shape
    try:
        return msgspec.json.decode(answer, type=shape)
    except msgspec.MsgspecError:
        raise SignInFailed("the provider's answer is not what OpenID Connect says") from None


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _encoded(value: str) -> str:
    """As form fields are, before it goes into Basic. Source: RFC 6749 §2.3.1."""
    return urlencode({"": value})[1:]
