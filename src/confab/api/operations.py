"""For whoever runs us: alive, ready (and if not, why), and numbers."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from confab.api.access import Running
from confab.api.encode import Json
from confab.api.services import Services
from confab.settings import Settings
from confab.store import claims, presence
from confab.store.db import GONE, REFUSED

router = APIRouter(include_in_schema=False)

_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something does not work, and what to do."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """`reasons` keep us from working at all; `notes` are about what is not set up."""

    ready: bool
    reasons: list[Reason]
    notes: list[Reason]


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> Response:
    """This process answers."""
    return Json({"status": "ok"})


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz(services: Running) -> Response:
    """Everything that answering customers needs is there."""
    reasons = await _reasons(services)
    readiness = Readiness(ready=not reasons, reasons=reasons, notes=notes(services.settings))
    return Json(readiness, 503 if reasons else 200)


@router.get("/metrics")
async def metrics(services: Running) -> Response:
    """What this process counted, and the dead rows of the installation, as OpenMetrics."""
    services.metrics.found_dead(await _dead_counts(services))
    body, content_type = services.metrics.exposition()
    return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})


async def _dead_counts(services: Services) -> dict[str, int]:
    try:
        async with asyncio.timeout(_PATIENCE_S), services.db.transaction() as conn:
            return await claims.dead_counts(conn)
    except (*REFUSED, TimeoutError):
        return {}


async def _reasons(services: Services) -> list[Reason]:
    if services.closing.is_set():
        return [Reason(code="stopping", detail="This process was told to stop.")]
    try:
        async with asyncio.timeout(_PATIENCE_S), services.db.transaction() as conn:
            worker = await presence.is_there(conn, "worker")
    except (*GONE, TimeoutError):
        return [Reason(code="database", detail="The database cannot be reached.")]
    if not worker:
        return [Reason(code="worker", detail="No worker is running: start one with `confab serve --role worker`.")]
    return []


def notes(settings: Settings) -> list[Reason]:
    """What is refused because a secret is not set."""
    wanted = {
        "app_secret": (
            settings.meta_app_secrets or settings.instagram_app_secrets,
            "CONFAB_META_APP_SECRET is not set: every webhook is refused.",
        ),
        "verify_token": (settings.meta_verify_token, "CONFAB_META_VERIFY_TOKEN is not set: Meta's handshake is refused."),
        "service_token": (settings.service_token, "CONFAB_SERVICE_TOKEN is not set: internal services are refused."),
    }
    return [Reason(code=code, detail=detail) for code, (value, detail) in wanted.items() if not value]
