"""The language of the `fields` parameter: `id,messages.limit(5){id,from}`, and answers made from it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from graphsim import errors
from graphsim.wire import Doc

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)")
_ARGUMENT = re.compile(r"\.([a-z_]+)\(([^()]*)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One asked field with its arguments and the fields inside it."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    fields: tuple["Field", ...] = ()


Getter = Callable[[Field], object]


class Missing:
    """The value of a field that the answer leaves out. Rule P2."""


MISSING = Missing()


def parse(text: str) -> tuple[Field, ...]:
    """The fields asked for. Raises GraphError for what cannot be read."""
    found, rest = _parse_list(text)
    if rest:
        raise errors.invalid(f"Syntax error \"Expected end of string instead of '{rest[:1]}'.\"")
    return found


def project(asked: tuple[Field, ...], getters: Mapping[str, Getter], node_type: str) -> Doc:
    """The asked fields of a node in the order asked, `id` always. Rules C5, E5, P1."""
    answer: Doc = {}
    for one in asked:
        getter = getters.get(one.name)
        if getter is None:
            raise errors.unknown_field(one.name, node_type)
        value = getter(one)
        if not isinstance(value, Missing):
            answer[one.name] = value
    if "id" in getters and "id" not in answer:
        answer["id"] = getters["id"](Field(name="id"))
    return answer


def constant(value: object) -> Getter:
    """A getter that knows its value already."""
    return lambda _: value


def _parse_list(text: str) -> tuple[tuple[Field, ...], str]:
    found: list[Field] = []
    while text.strip():
        one, text = _parse_one(text)
        found.append(one)
        if not text.startswith(","):
            break
        text = text[1:]
    return tuple(found), text.strip()


def _parse_one(text: str) -> tuple[Field, str]:
    match = _NAME.match(text)
    if match is None:
        raise errors.invalid(f"Syntax error \"Field name expected instead of '{text[:1]}'.\"")
    text = text[match.end() :]
    arguments: dict[str, str] = {}
    while found := _ARGUMENT.match(text):
        arguments[found[1]] = found[2]
        text = text[found.end() :]
    inner: tuple[Field, ...] = ()
    if text.startswith("{"):
        inner, text = _parse_list(text[1:])
        if not text.startswith("}"):
            raise errors.invalid('Syntax error "Unexpected end of string."')
        text = text[1:]
    return Field(name=match[1], arguments=arguments, fields=inner), text.lstrip()
