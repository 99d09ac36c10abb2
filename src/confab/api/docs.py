"""The API's documentation: the OpenAPI document, and a page of our own that shows it. Nothing of it is anybody else's."""

import functools
from importlib import resources

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from confab.api import openapi

router = APIRouter(include_in_schema=False)

_TYPES = {"docs.html": "text/html", "docs.css": "text/css", "docs.js": "text/javascript"}


@router.get("/openapi.json")
async def openapi_document(request: Request) -> Response:
    """What the API offers, for machines."""
    return Response(_document(request.app), headers={"cache-control": "no-cache"}, media_type="application/json")


@router.get("/docs")
async def docs_page() -> Response:
    """The same for people."""
    return _file("docs.html")


@router.get("/docs/{name}")
async def docs_asset(name: str) -> Response:
    """What the page needs."""
    if name not in _TYPES:
        raise HTTPException(404)
    return _file(name)


@functools.cache
def _document(api: FastAPI) -> bytes:
    return openapi.rendered(api)


def _file(name: str) -> Response:
    text = (resources.files("confab.api") / "pages" / name).read_text("utf-8")
    return Response(text, headers={"cache-control": "no-cache"}, media_type=_TYPES[name])
