"""Attachments, shares and stories as the API shows them, unlike webhooks. Rules C9, C10."""

from graphsim.fields import MISSING
from graphsim.rules.files import sniff
from graphsim.sim import Sim
from graphsim.state import Attachment, Message
from graphsim.wire import Doc, as_doc, as_list

_SHARES = ("share", "ig_post", "ig_reel", "reel")
_WIDTH, _HEIGHT = 540, 675


def api_form(sim: Sim, message: Message) -> dict[str, object]:
    """The values of `attachments`, `shares` and `story`, each MISSING if there is none."""
    files = [shown for one in message.attachments if (shown := _file(sim, one)) is not None]
    links: list[Doc] = [{"link": _link(sim, one)} for one in message.attachments if one.type in _SHARES]
    return {
        "attachments": {"data": files} if files else MISSING,
        "shares": {"data": links} if links else MISSING,
        "story": _story(sim, message),
    }


def _file(sim: Sim, attachment: Attachment) -> Doc | None:
    payload = attachment.payload or {}
    if attachment.type == "template":
        elements = [as_doc(one) for one in as_list(as_doc(payload.get("generic")).get("elements"))]
        return {"generic_template": _template(elements[0] if elements else {})}
    if attachment.type not in ("image", "video", "audio", "file") or attachment.asset is None:
        return None
    asset = sim.world.assets[attachment.asset]
    url = sim.shelf.fresh_link(asset)
    head: Doc = {"id": asset.id, "mime_type": _mime(asset.kind, asset.content_type, asset.content)}
    size = 40_000 if asset.content is None else len(asset.content)
    head |= {"name": f"{asset.kind}-{asset.id}", "size": size}
    if attachment.type == "image":
        box: Doc = {"width": _WIDTH, "height": _HEIGHT, "max_width": _WIDTH, "max_height": _HEIGHT}
        return {**head, "image_data": {**box, "url": url, "preview_url": url, "render_as_sticker": False}}
    if attachment.type == "video":
        return {
            **head,
            "video_data": {"width": 128, "height": 96, "length": 2, "video_type": "FILE_ATTACHMENT", "url": url},
        }
    return {**head, "file_url": url}


def _mime(kind: str, content_type: str | None, content: bytes | None) -> str:
    if content_type is not None:
        return content_type
    if content is not None:
        return sniff(content)
    return {"image": "image/png", "avatar": "image/png", "video": "video/mp4", "audio": "audio/wav"}.get(kind, "application/pdf")


def _template(element: Doc) -> Doc:
    shown: Doc = {name: element[name] for name in ("title", "subtitle") if name in element}
    if "image_url" in element:
        shown["media_url"] = element["image_url"]
    buttons = [as_doc(one) for one in as_list(element.get("buttons"))]
    if buttons:
        shown["cta"] = {name: buttons[0][name] for name in ("title", "type", "url") if name in buttons[0]}
    return shown


def _link(sim: Sim, attachment: Attachment) -> str:
    if attachment.asset is not None:
        return sim.shelf.fresh_link(sim.world.assets[attachment.asset])
    return str((attachment.payload or {}).get("url", ""))


def _story(sim: Sim, message: Message) -> object:
    story = message.story
    if story is None:
        return MISSING
    link = sim.shelf.fresh_link(sim.world.assets[story.asset])
    return {"mention" if story.is_mention else "reply_to": {"link": link, "id": story.id}}
