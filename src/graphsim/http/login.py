"""The pages on which a person lets an app in: Instagram's consent page and Facebook's dialog. Rules T1, T19 to T21."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from graphsim import accounts, apps
from graphsim.sim import Sim
from graphsim.state import FACEBOOK_SCOPES, SCOPES, App, Code, Grant, User

INSTAGRAM_SCOPES = (*SCOPES, "instagram_business_content_publish")
DIALOG_SCOPES = (*FACEBOOK_SCOPES, "instagram_content_publish", "instagram_manage_engagement", "instagram_manage_contents")
_DENIED = {"error": "access_denied", "error_reason": "user_denied", "error_description": "The user denied your request"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where the browser is sent, or the page it is shown."""

    location: str | None = None
    page: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the person decided: whom they are, what they share, what they grant."""

    is_allowed: bool
    person: str = ""
    granted: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


def instagram(sim: Sim, query: Mapping[str, str], form: Mapping[str, Sequence[str]] | None) -> Outcome:
    """`www.instagram.com/oauth/authorize`: GET shows the page, POST is the person's answer. Rules T1, T19, T20."""
    app = apps.by_instagram_id(sim, query.get("client_id", ""))
    if app is None:
        return _refusal("Invalid Request: Request parameters are invalid: Invalid platform app")
    wanted = tuple(query.get("scope", "").replace(",", " ").split())
    wrong = _wrong(app, query, wanted, INSTAGRAM_SCOPES)
    if wrong is not None:
        return wrong
    decision = _decided(sim, form, sim.login_account, wanted)
    if decision is None:
        return Outcome(page=_instagram_page(sim, app, query, wanted))
    if not decision.is_allowed:
        return _back(query, _DENIED, "")
    if not apps.has_role(app, decision.person):
        return _refusal("Invalid Request: Insufficient developer role")
    if decision.person not in sim.world.accounts:
        return _refusal("Sorry, there is no such account.")
    return _back(query, {"code": _issue(sim, app, query, wanted, decision).value}, "#_")


def facebook(sim: Sim, query: Mapping[str, str], form: Mapping[str, Sequence[str]] | None) -> Outcome:
    """`www.facebook.com/dialog/oauth`, the same for Pages. Rules T19 to T21."""
    app = sim.world.apps.get(query.get("client_id", ""))
    if app is None:
        return _refusal("Error validating application. Invalid application ID")
    config = query.get("config_id")
    wanted = app.configurations.get(config, ()) if config else tuple(query.get("scope", "").replace(",", " ").split())
    wrong = _wrong(app, {"response_type": "code", **query}, wanted, DIALOG_SCOPES)
    if wrong is not None:
        return wrong
    decision = _decided(sim, form, sim.login_user, wanted)
    if decision is None:
        return Outcome(page=_facebook_page(sim, app, query, wanted))
    if not decision.is_allowed:
        return _back(query, _DENIED, "")
    user = sim.world.users.get(decision.person)
    if user is None:
        return _refusal("Sorry, there is no such person.")
    if not apps.has_role(app, user.id):
        return _refusal("App not active: This app is not accessible right now")
    return _back(query, {"code": _issue(sim, app, query, wanted, decision, user).value}, "")


def gone(sim: Sim, query: Mapping[str, str], form: Mapping[str, Sequence[str]] | None) -> Outcome:
    """The host on which the page stood until August 2026: no way back, whatever was asked. Rule T1."""
    del sim, query, form
    return _refusal("Sorry, this page isn't available.", 200)


def _wrong(app: App, query: Mapping[str, str], wanted: Sequence[str], known: Sequence[str]) -> Outcome | None:
    if not apps.takes_redirect(app, query.get("redirect_uri", "")):
        return _refusal("Invalid Request: Request parameters are invalid: Invalid redirect_uri")
    if query.get("response_type") != "code":
        return _refusal("Invalid Request: Request parameters are invalid: Invalid response_type")
    unknown = [one for one in wanted if one not in known or one in app.unapproved_scopes]
    if unknown or not wanted:
        return _refusal(f"Invalid Scopes: {', '.join(unknown)}")
    return None


def _decided(sim: Sim, form: Mapping[str, Sequence[str]] | None, chosen: str | None, wanted: tuple[str, ...]) -> Decision | None:
    """What the form says, else what the control door has the person do; None: they have not said."""
    if form is not None:
        granted = tuple(one for one in wanted if one in form.get("grant", ()))
        person = "".join(form.get("person", ())[:1])
        is_allowed = "allow" in form.get("decision", ())
        return Decision(is_allowed=is_allowed, person=person, granted=granted, pages=tuple(form.get("page", ())))
    if sim.login_is_denied:
        return Decision(is_allowed=False)
    if chosen is None:
        return None
    granted = tuple(one for one in wanted if one not in sim.login_unticked)
    pages = sim.login_pages if sim.login_pages is not None else tuple(sim.world.accounts)
    return Decision(is_allowed=True, person=chosen, granted=granted, pages=pages)


def _issue(
    sim: Sim, app: App, query: Mapping[str, str], wanted: tuple[str, ...], decision: Decision, user: User | None = None
) -> Code:
    pages = () if user is None else tuple(one for one in apps.managed(sim, user) if one in decision.pages)
    code = Code(
        value=sim.mint.token("AQB"),
        account=decision.person if user is None else next(iter(pages), ""),
        redirect_uri=query["redirect_uri"],
        scopes=decision.granted,
        expires_ms=sim.now_ms() + accounts.CODE_LIFE_MS,
        grant=Grant(
            app=app.id,
            user=None if user is None else user.id,
            accounts=pages,
            declined=tuple(one for one in wanted if one not in decision.granted),
        ),
    )
    sim.world.codes[code.value] = code
    return code


def _back(query: Mapping[str, str], params: Mapping[str, str], fragment: str) -> Outcome:
    target = query["redirect_uri"]
    joint = "&" if "?" in target else "?"
    state = {"state": query["state"]} if "state" in query else {}
    return Outcome(location=f"{target}{joint}{urlencode({**params, **state})}{fragment}")


def _refusal(text: str, status: int = 400) -> Outcome:
    return Outcome(page=_document("Error", f"<h1>{html.escape(text)}</h1>"), status=status)


def _instagram_page(sim: Sim, app: App, query: Mapping[str, str], wanted: Sequence[str]) -> str:
    people = [(one.ig_id, one.username) for one in sim.world.accounts.values()]
    parts = [_choice("person", "radio", people, people[:1]), _choice("grant", "checkbox", _labels(wanted), _labels(wanted))]
    return _form(f"{app.name} wants to use your Instagram account", query, parts)


def _facebook_page(sim: Sim, app: App, query: Mapping[str, str], wanted: Sequence[str]) -> str:
    people = [(one.id, one.name) for one in sim.world.users.values()]
    reachable = dict.fromkeys(key for user in sim.world.users.values() for key in apps.managed(sim, user))
    pages = [(key, f"{sim.world.accounts[key].name} ({sim.world.accounts[key].username})") for key in reachable]
    parts = [
        _choice("person", "radio", people, people[:1]),
        _choice("page", "checkbox", pages, pages),
        _choice("grant", "checkbox", _labels(wanted), _labels(wanted)),
    ]
    return _form(f"{app.name} wants to use your Pages and Instagram accounts", query, parts)


def _labels(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, one.removeprefix("instagram_").removeprefix("business_").replace("_", " ")) for one in names]


_LEGENDS = {"person": "Continue as", "page": "Which Pages", "grant": "What it may do"}


def _choice(name: str, kind: str, options: Sequence[tuple[str, str]], ticked: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<li><label><input type="{kind}" name="{name}" id="{name}-{html.escape(key)}" value="{html.escape(key)}"'
        f"{' checked' if (key, label) in ticked else ''}> {html.escape(label)}</label></li>"
        for key, label in options
    )
    return f"<fieldset><legend>{_LEGENDS[name]}</legend><ul>{rows}</ul></fieldset>"


def _form(title: str, query: Mapping[str, str], parts: Sequence[str]) -> str:
    """A form that posts to its own address, query and all."""
    action = html.escape("?" + urlencode(query))
    buttons = (
        '<button name="decision" value="allow" id="allow">Allow</button> '
        '<button name="decision" value="deny" id="deny">Cancel</button>'
    )
    return _document(
        "Log in (graphsim)",
        f'<h1>{html.escape(title)}</h1><form method="post" action="{action}">{"".join(parts)}{buttons}</form>',
    )


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">'
        "<style>body{font:16px system-ui;margin:2rem auto;max-width:34rem}"
        "fieldset{border:1px solid #ccc;margin:1rem 0}ul{list-style:none;padding:0}button{font:inherit}</style>"
        f"<main>{body}</main></html>"
    )
