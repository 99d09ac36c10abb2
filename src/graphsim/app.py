"""The ASGI application: Meta's hosts, the media links and the control door under one base url."""

import html

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from graphsim.control import acting, apps, insights, keeping, operation, running
from graphsim.http import cdn, edge
from graphsim.http import login as oauth_login
from graphsim.sim import Sim


def build(sim: Sim) -> Starlette:
    """The application of a simulator; deliveries run while it does."""
    operations = (*apps.operations(), *insights.operations(), *acting.operations(), *keeping.operations(), *running.operations())
    graph = edge.GraphEdge(sim)
    document = operation.openapi(operations)
    page = _page(operations)

    async def files(request: Request) -> Response:
        return await cdn.serve(sim, request)

    async def login(request: Request) -> Response:
        return await edge.login(sim, request, oauth_login.instagram)

    async def dialog(request: Request) -> Response:
        return await edge.login(sim, request, oauth_login.facebook)

    async def gone(request: Request) -> Response:
        return await edge.login(sim, request, oauth_login.gone)

    async def openapi(request: Request) -> Response:
        del request
        return JSONResponse(document)

    async def docs(request: Request) -> Response:
        del request
        return HTMLResponse(page)

    methods = ["GET", "POST"]
    routes: list[BaseRoute] = [
        Route("/www.instagram.com/oauth/authorize", login, methods=methods),
        Route("/api.instagram.com/oauth/authorize", gone),
        Route("/www.facebook.com/dialog/oauth", dialog, methods=methods),
        Route("/www.facebook.com/{version}/dialog/oauth", dialog, methods=methods),
    ]
    routes += [Mount(f"/{host}", app=graph) for host in edge.HOSTS]
    routes += [operation.route(sim, one) for one in operations]
    routes += [
        Route("/cdn/{rest:path}", files),
        Route("/_control/openapi.json", openapi),
        Route("/_control/docs", docs),
    ]
    return Starlette(routes=routes)


def _page(operations: tuple[operation.Operation, ...]) -> str:
    rows = "".join(
        f"<tr><td>{one.method}</td><td><code>/_control{html.escape(one.path)}</code></td><td>{html.escape(one.summary)}</td>"
        f"<td>{'' if one.body is None else one.body.__name__}</td><td>{' '.join(one.query)}</td></tr>"
        for one in operations
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>graphsim control door</title>'
        "<style>body{font:15px system-ui;margin:2rem}td{padding:.2rem .8rem;border-bottom:1px solid #ddd}</style>"
        '<h1>graphsim control door</h1><p>Bodies are described in <a href="openapi.json">openapi.json</a>.</p>'
        f"<table><tr><th>Method</th><th>Path</th><th>Does</th><th>Body</th><th>Query</th></tr>{rows}</table></html>"
    )
