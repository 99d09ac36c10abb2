"""What Meta posts to an app beside webhooks: deauthorisation and data deletion. Rules T12, T13."""

import json
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import httpx2

from graphsim import wire
from graphsim.sim import Sim
from graphsim.state import App
from graphsim.wire import Doc

Kind = Literal["deauthorize", "deletion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call: about whom, and what is unusual about it. `secret` None is the app's for the flavour."""

    kind: Kind
    person: str
    is_instagram: bool
    secret: str | None = None
    is_number: bool = False
    age_s: float = 0


def signed(sim: Sim, app: App, request: Request) -> str:
    """The `signed_request`: of IG-Login with the Instagram secret, if the app is not set otherwise. Rule T12."""
    issued = sim.now_ms() // 1000 - round(request.age_s)
    person: object = int(request.person) if request.is_number else request.person
    payload: Doc = {"algorithm": "HMAC-SHA256", "issued_at": issued, "expires": issued + 3600, "user_id": person}
    return wire.signed_request(request.secret or _secret(app, request), payload)


async def post(sim: Sim, app: App, request: Request) -> Doc:
    """Post it to the app's address, once; what came back, kept in the log too. Rules T12, T13."""
    url = app.deauthorize_url if request.kind == "deauthorize" else app.deletion_url
    text = signed(sim, app, request)
    found: Doc = {"kind": request.kind, "url": url, "at": wire.rfc3339(sim.now_ms()), "signed_request": text}
    found |= {"ok": False, "status": None, "error": "no address"} if url is None else await _call(sim, url, request, text)
    sim.callbacks.append(found)
    return found


async def _call(sim: Sim, url: str, request: Request, text: str) -> Doc:
    headers = {"content-type": "application/x-www-form-urlencoded", "user-agent": "facebookexternalua"}
    timeout_s = sim.dispatcher.settings.timeout_s
    async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=timeout_s) as client:
        try:
            answer = await client.post(url, content=urlencode({"signed_request": text}), headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return {"ok": False, "status": None, "error": type(error).__name__}
    is_good = answer.status_code == 200 and (request.kind == "deauthorize" or _is_promise(answer.text))
    return {"ok": is_good, "status": answer.status_code, "error": None, "body": answer.text[:2000]}


def _is_promise(text: str) -> bool:
    """Whether a deletion was answered with an address and a code of letters and digits (with hyphens). Rule T13."""
    try:
        found = wire.as_doc(json.loads(text))
    except ValueError:
        return False
    url, code = str(found.get("url", "")), str(found.get("confirmation_code", ""))
    return url.startswith(("http://", "https://")) and code.replace("-", "").isalnum()


def _secret(app: App, request: Request) -> str:
    return app.instagram_secret if request.is_instagram and app.signs_requests_with == "instagram" else app.secret
