"""Meta's check of a callback before it is used. Rules H1, H2."""

from urllib.parse import urlencode

import httpx2

from graphsim.sim import Sim
from graphsim.wire import Doc

CHALLENGE = "1158201444"


async def check(sim: Sim, callback: str, verify_token: str, challenge: str = CHALLENGE) -> Doc:
    """Ask the callback; it is used from now on if it answers the challenge."""
    settings = sim.dispatcher.settings
    query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token})
    async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=settings.timeout_s) as client:
        try:
            answer = await client.get(f"{callback}{'&' if '?' in callback else '?'}{query}")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return {"ok": False, "status": None, "error": type(error).__name__}
    is_good = answer.status_code == 200 and answer.text == challenge
    if is_good:
        settings.callback, settings.verify_token = callback, verify_token
    return {
        "ok": is_good,
        "status": answer.status_code,
        "body": answer.text[:200],
        "content_type": answer.headers.get("content-type"),
    }
