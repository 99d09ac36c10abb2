"""One operation of the control door, and how it is called over HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphsim.people import Unknown
from graphsim.sim import Sim
from graphsim.wire import Doc

Run = Callable[[Sim, bytes, dict[str, str]], Awaitable[object]]
Body = TypeVar("Body", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method and path under `/_control`, what it takes, and what it does."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    run: Run
    body: type[msgspec.Struct] | None = None
    query: tuple[str, ...] = ()


def post(path: str, summary: str, body: type[Body], run: Callable[[Sim, Body], object]) -> Operation:
    """An operation with a body; what `run` gives back is awaited if need be."""

    async def call(sim: Sim, content: bytes, query: dict[str, str]) -> object:
        del query
        return await _settled(run(sim, msgspec.json.decode(content or b"{}", type=body)))

    return Operation(method="POST", path=path, summary=summary, run=call, body=body)


def ask(
    path: str,
    summary: str,
    run: Callable[[Sim, dict[str, str]], object],
    query: tuple[str, ...] = (),
    method: Literal["GET", "POST", "DELETE"] = "GET",
) -> Operation:
    """An operation without a body, told by its path and query."""

    async def call(sim: Sim, content: bytes, given: dict[str, str]) -> object:
        del content
        return await _settled(run(sim, given))

    return Operation(method=method, path=path, summary=summary, run=call, query=query)


def route(sim: Sim, operation: Operation) -> Route:
    """The HTTP route of an operation: 404 for what does not exist, 422 for a body that cannot be read."""

    async def endpoint(request: Request) -> Response:
        sim.acts += operation.method != "GET"
        try:
            found = await operation.run(sim, await request.body(), {**request.query_params, **request.path_params})
        except msgspec.DecodeError as error:
            return JSONResponse({"error": str(error)}, 422)
        except Unknown as error:
            return JSONResponse({"error": str(error)}, 404)
        return Response(msgspec.json.encode(found), media_type="application/json")

    return Route("/_control" + operation.path, endpoint, methods=[operation.method])


def number(query: dict[str, str], name: str, default: float) -> float:
    """A number of the query. Raises Unknown if it is none."""
    try:
        return float(query.get(name, default))
    except ValueError as error:
        raise Unknown(f"{name} must be a number") from error


def openapi(operations: tuple[Operation, ...]) -> Doc:
    """The OpenAPI 3.1 document of the control door."""
    bodies = list(dict.fromkeys(one.body for one in operations if one.body is not None))
    _, components = msgspec.json.schema_components(bodies, schema_hook=_any, ref_template="#/components/schemas/{name}")
    paths: dict[str, Doc] = {}
    for one in operations:
        paths.setdefault("/_control" + one.path, {})[one.method.lower()] = _describe(one)
    info = {"title": "graphsim control door", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": components}}


async def _settled(found: object) -> object:
    return await cast("Awaitable[object]", found) if isinstance(found, Awaitable) else found


def _any(kind: type) -> dict[str, object]:
    del kind
    return {"description": "any JSON value"}


def _describe(one: Operation) -> Doc:
    in_path = [name for name in ("id",) if f"{{{name}}}" in one.path]
    parameters: list[Doc] = []
    for name in (*in_path, *one.query):
        place = "path" if name in in_path else "query"
        parameters.append({"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}})
    described: Doc = {
        "operationId": one.method.lower() + one.path.replace("/", "_").replace("{", "").replace("}", ""),
        "summary": one.summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "done", "content": {"application/json": {}}},
            "404": {"description": "no such thing"},
            "422": {"description": "the body cannot be read"},
        },
    }
    if one.body is not None:
        schema = {"$ref": f"#/components/schemas/{one.body.__name__}"}
        described["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return described
