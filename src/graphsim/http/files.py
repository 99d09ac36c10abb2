"""Attachments of outgoing messages: fetched, uploaded, checked. Rules S7 to S12."""

from graphsim import errors
from graphsim.http import access
from graphsim.http.call import Answer, Call
from graphsim.rules import files, messages
from graphsim.rules.messages import OutAttachment
from graphsim.sim import Sim
from graphsim.state import Account, Asset, Attachment, Kind, Token
from graphsim.wire import Doc, as_doc, as_list

_KINDS: dict[str, Kind] = {"image": "image", "video": "video", "audio": "audio", "file": "file"}


async def post_upload(sim: Sim, call: Call, token: Token) -> Answer:
    """`POST {node}/message_attachments`: by url, or as a part of a multipart body. Rule S11."""
    account = access.account_of(sim, call, token)
    access.require(token, access.MESSAGES)
    wanted = as_doc(as_doc(call.body.get("message")).get("attachment"))
    attachment = OutAttachment(type=str(wanted.get("type", "")), payload=as_doc(wanted.get("payload")))
    if attachment.type not in messages.KINDS:
        raise errors.invalid("Param message[attachment][type] must be one of {image, video, audio, file}")
    content = call.files.get("filedata")
    if content is None:
        made = await _fetched(sim, attachment)
    else:
        made = _checked(sim, attachment.type, content)
    upload = sim.mint.number_of(f"upload|{len(sim.world.uploads)}", 16)
    sim.world.uploads[upload] = (account.ig_id, made)
    return Answer(document={"attachment_id": upload})


async def obtain(sim: Sim, account: Account, wanted: OutAttachment) -> Attachment:
    """The attachment of a message, its file fetched now. Raises GraphError."""
    payload = wanted.payload or {}
    if wanted.type == "template":
        return Attachment(type="template", payload={"generic": {"elements": _elements(payload)}})
    if wanted.type == "like_heart":
        return Attachment(type="like_heart", payload={})
    if wanted.type == "MEDIA_SHARE":
        return _own_post(sim, account, payload)
    upload = payload.get("attachment_id")
    return await _fetched(sim, wanted) if upload is None else _uploaded(sim, account, wanted.type, str(upload))


def _uploaded(sim: Sim, account: Account, kind: str, upload: str) -> Attachment:
    owner, made = sim.world.uploads.get(upload, ("", None))
    if made is None or owner != account.ig_id or made.type != kind:
        raise errors.refused_attachment(2018074, "The attachment id is not valid")
    return made


async def _fetched(sim: Sim, wanted: OutAttachment) -> Attachment:
    url = (wanted.payload or {}).get("url")
    if not isinstance(url, str):
        raise errors.invalid("An attachment needs a url or an attachment_id", 2534015)
    return _checked(sim, wanted.type, await sim.fetcher.get(url))


def _checked(sim: Sim, kind: str, content: bytes) -> Attachment:
    media_type = files.check(kind, content)
    asset: Asset = sim.shelf.add(_KINDS[kind], content=content, content_type=media_type)
    return Attachment(type=kind, payload={"url": sim.shelf.link(asset)}, asset=asset.id)


def _own_post(sim: Sim, account: Account, payload: Doc) -> Attachment:
    post = sim.world.posts.get(str(payload.get("id")))
    if post is None or post.account != account.ig_id:
        raise errors.no_object("GET", str(payload.get("id")))
    link = sim.shelf.link(sim.world.assets[post.asset])
    return Attachment(type="ig_post", payload={"ig_post_media_id": post.id, "title": post.caption, "url": link}, asset=post.asset)


def _elements(payload: Doc) -> list[object]:
    """A template as it echoes: a button template is one element. Rule N44."""
    if payload.get("template_type") == "button":
        return [{"title": payload.get("text"), "buttons": as_list(payload.get("buttons"))}]
    return as_list(payload.get("elements"))
