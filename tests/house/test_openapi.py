"""The committed OpenAPI document, from which the web inbox's types are made, is the one the server gives."""

import re
from pathlib import Path

from confab.api import openapi, routes
from confab.model import changes, inbox

ROOT = Path(__file__).parents[2]


def test_docs_openapi_json_is_current() -> None:
    committed = (ROOT / "docs/openapi.json").read_bytes()
    assert committed == openapi.rendered(routes.api()), "python -m confab.api.openapi > docs/openapi.json"


def test_every_operation_has_a_name_of_its_own() -> None:
    document = openapi.document(routes.api())
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    assert document["openapi"].startswith("3.1")


def test_schemas_are_named_as_our_values_are() -> None:
    names = set(openapi.document(routes.api())["components"]["schemas"])
    assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []
    assert {"Account", "Agent", "Workspace", "Problem", "Change", "Superseded"} <= names
    for module in (inbox, changes):
        assert hasattr(module, "__doc__")


def test_every_reference_leads_somewhere() -> None:
    document = openapi.document(routes.api())
    wanted = set(re.findall(r"#/components/schemas/(\w+)", openapi.rendered(routes.api()).decode()))
    assert wanted - set(document["components"]["schemas"]) == set()
