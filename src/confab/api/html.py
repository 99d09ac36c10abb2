"""HTML put together from values: a text is always escaped, so that what customers and Instagram wrote stays a text."""

import html
from collections.abc import Iterable


class Html(str):
    """Markup that is safe as it stands: made by `tag` alone."""

    __slots__ = ()


Child = str | Iterable["Child"] | None
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})


def tag(name: str, *children: Child, **attributes: str | bool | None) -> Html:
    """An element. Attributes: `class_` and `for_` lose the underscore, others get dashes; True is one without a value."""
    shown = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    inside = "" if name in _VOID else f"{join(children)}</{name}>"
    return Html(f"<{name}{shown}>{inside}")


def join(children: Iterable[Child]) -> Html:
    """Several parts in a row; None is left out."""
    return Html("".join(_child(child) for child in children))


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    return html.escape(child) if isinstance(child, str) else join(child)


def _attribute(key: str, value: str | bool | None) -> str:
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
