"""Our OpenAPI document. `python -m confab.api.openapi > docs/openapi.json` writes the copy that the web inbox is built from."""

import sys
from typing import Any, get_args

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from confab.api.problems import Problem
from confab.model.changes import Change

_REF = "#/components/schemas/{model}"


def document(api: FastAPI) -> dict[str, Any]:  # a JSON document
    """What the API offers, as OpenAPI 3.1, with the changes that the stream carries."""
    found = get_openapi(title=api.title, version=api.version, routes=api.routes, separate_input_output_schemas=False)
    schemas: dict[str, Any] = found.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _schema(Problem, schemas)
    _add_changes(schemas)
    found["components"]["schemas"] = dict(sorted(schemas.items()))
    found["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "confab_session"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    found["security"] = [{"session": []}, {"token": []}]
    for open_to_all in ("/api/v1/setup", "/api/v1/session"):
        found["paths"][open_to_all]["post"]["security"] = []
    return found


def rendered(api: FastAPI) -> bytes:
    """The document as text that is the same on every machine."""
    return msgspec.json.format(msgspec.json.encode(document(api)), indent=1) + b"\n"


def _add_changes(schemas: dict[str, Any]) -> None:
    """Every kind of change as it is streamed: with its number, and `Superseded` for one whose object was erased."""
    kinds = [*get_args(Change)]
    for kind in kinds:
        schema = _schema(kind, schemas)
        schema["properties"] = {"seq": {"type": "integer"}, **schema["properties"]}
        schema["required"] = ["seq", *schema["required"]]
        schemas[kind.__name__] = schema
    schemas["Superseded"] = {
        "type": "object",
        "title": "Superseded",
        "description": "What stood here was erased; a later change has the newest state.",
        "properties": {"seq": {"type": "integer"}, "type": {"type": "string", "const": "superseded"}},
        "required": ["seq", "type"],
    }
    names = [*(kind.__name__ for kind in kinds), "Superseded"]
    schemas["Change"] = {"oneOf": [{"$ref": _REF.format(model=name)} for name in names]}


def _schema(shape: type, schemas: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a value; what it refers to joins `schemas`."""
    schema = TypeAdapter[object](shape).json_schema(ref_template=_REF, mode="serialization")
    for name, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(name, definition)
    return schema


if __name__ == "__main__":
    from confab.api import routes

    sys.stdout.buffer.write(rendered(routes.api()))
