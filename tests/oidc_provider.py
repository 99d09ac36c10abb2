"""A little OpenID Connect provider on this machine: knows one client, checks what providers check, signs in whom it is told."""

import asyncio
import base64
import hashlib
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.stack import Quiet

CLIENT_ID = "confab"
CLIENT_SECRET = "a secret: with / odd & characters"


@dataclass
class Provider:
    """`claims`: what its tokens say beside the usual. `user`: who signs in; None refuses. `key`: what tokens are signed with."""

    issuer: str = ""
    user: str | None = "user-7"
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}, private=True))
    signing_key: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    async def configuration(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "jwks_uri": f"{self.issuer}/jwks",
                "token_endpoint": f"{self.issuer}/token", "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )  # fmt: skip

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT_ID, "code", "S256")
        assert "openid" in asked["scope"].split()
        answer = {"state": asked["state"], "iss": self.issuer}
        if self.user is None:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(8)
            self.codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(form.get("code", ""), None)
        refusal = self._refusal(request, form, asked)
        if refusal is not None or asked is None:
            self.refusals.append(refusal or "unknown code")
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": self.user, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            **self.claims,
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signing_key or self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})

    def _refusal(self, request: Request, form: dict[str, str], asked: dict[str, str] | None) -> str | None:
        given = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        expected = ":".join(urlencode({"": one})[1:] for one in (CLIENT_ID, CLIENT_SECRET))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if given != expected:
            return "wrong client"
        if asked is None:
            return "unknown code"
        if asked["code_challenge"] != challenge:
            return "wrong verifier"
        return None if form.get("redirect_uri") == asked["redirect_uri"] else "wrong redirect_uri"

    async def jwks(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """A provider for as long as the block lasts."""
    one = Provider()
    routes = [
        Route("/.well-known/openid-configuration", one.configuration), Route("/authorize", one.authorize),
        Route("/token", one.token, methods=["POST"]), Route("/jwks", one.jwks),
    ]  # fmt: skip
    server = Quiet(uvicorn.Config(Starlette(routes=routes), lifespan="off", log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            yield one
            server.should_exit = True
