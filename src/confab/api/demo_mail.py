"""`/demo/mail`: what the demo's mail server took. Anywhere else there is no such page."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from confab.api import member_pages
from confab.api.access import Running
from confab.api.html import Html, tag
from confab.errors import NotFound

router = APIRouter(include_in_schema=False)

_SHOWN = 50
_LOOK_AGAIN_S = "4"


@router.get("/demo/mail")
async def box(services: Running) -> Response:
    """The newest mails. Raises NotFound outside the demo."""
    folder = services.settings.demo_mail
    if folder is None:
        raise NotFound("There is nothing at this address.")
    mails = [_mail(one) for one in await asyncio.to_thread(_newest, folder)]
    nothing = tag("div", tag("h2", "Nothing yet"), tag("p", "Mails to customers appear here.", class_="quiet"), class_="empty")
    heading = tag("div", tag("h1", "Mail"), tag("span", "sent by this demo, newest first", class_="quiet"), class_="title")
    main = tag("main", heading, tag("div", mails or nothing, class_="mails"))
    again = tag("meta", http_equiv="refresh", content=_LOOK_AGAIN_S)
    return member_pages.page(services.settings.brand_name, "Mail", main, is_wide=True, in_head=again)


def _newest(folder: Path) -> list[EmailMessage]:
    paths = sorted(folder.glob("*.eml"), reverse=True)[:_SHOWN]
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def _mail(mail: EmailMessage) -> Html:
    text = str(mail.get_content())
    facts = f"to {mail['To']} · {mail['Date']}"
    return tag("article", tag("h2", str(mail["Subject"])), tag("p", facts, class_="facts"), tag("pre", text), class_="card")
