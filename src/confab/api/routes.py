"""The table of all routes. A room adds its router here; they are tried in this order, so what people wait for stands first.

To try all of them takes longer than most answers: half a millisecond for seventy.
"""

from functools import cache

from fastapi import APIRouter, FastAPI

from confab import __version__
from confab.api import (
    accounts,
    comments,
    connecting,
    connection,
    conversations,
    demo_mail,
    docs,
    doctor,
    exports,
    holds,
    insights,
    internal,
    ledger,
    library,
    media,
    messages,
    meta,
    operations,
    out,
    outbox,
    own_numbers,
    participants,
    problems,
    rule_runs,
    rules,
    runs,
    saved_replies,
    scheduling,
    search,
    sending,
    session,
    team,
    uploads,
    verify,
)

_TABLE: tuple[APIRouter, ...] = (
    sending.router,
    messages.router,
    conversations.router,
    comments.router,
    session.router,
    outbox.router,
    search.router,
    scheduling.router,
    participants.router,
    uploads.router,
    saved_replies.router,
    connection.router,
    team.router,
    accounts.router,
    runs.router,
    insights.router,
    own_numbers.router,
    rules.router,
    rule_runs.router,
    doctor.router,
    ledger.router,
    exports.router,
    holds.router,
)
_PROBLEM = {
    "description": "Problem details (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@cache
def api() -> FastAPI:
    """The API with every route. It knows nobody: the services come with each request, in `state.services` of its scope.

    One for all in a process, because reading the types of every route takes half a second.
    """
    table = FastAPI(
        title="Confab",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `/metrics` counts, and tells nothing of people
    )
    problems.install(table)
    for router in _TABLE:
        table.include_router(router, prefix="/api/v1", responses={"default": _PROBLEM})
    table.include_router(docs.router, prefix="/api/v1")
    table.include_router(out.router, responses={"default": _PROBLEM})
    table.include_router(media.router, responses={"default": _PROBLEM})
    for router in (connecting.router, meta.router, meta.pages, verify.router, library.pages, library.router, demo_mail.router):
        table.include_router(router)
    table.include_router(operations.router)
    table.include_router(internal.router)
    return table
