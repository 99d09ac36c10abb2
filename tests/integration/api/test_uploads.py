"""Files are taken before the message that shows them is sent. Rules UP1-UP3 of docs/spec/inbox.md."""

import io

import httpx2
from PIL import Image

from tests.integration.api.conftest import Person


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 700), **more: object) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind, **more)
    return file.getvalue()


async def test_UP1_a_picture_is_taken_and_answered_as_it_will_be_sent(http: httpx2.AsyncClient, anna: Person) -> None:
    body = picture()
    answer = await http.post("/api/v1/uploads", content=body, headers={**anna.bearer, "x-file-name": "Caf%C3%A9%20menu.JPEG"})
    assert answer.status_code == 201, answer.text
    upload = answer.json()
    assert (upload["kind"], upload["content_type"], upload["name"]) == ("image", "image/jpeg", "Café menu.jpg")
    assert (upload["width"], upload["height"], upload["size_bytes"]) == (900, 700, len(body))
    shown = await http.get(upload["url"], headers=anna.bearer)
    assert (shown.content, shown.headers["content-type"]) == (body, "image/jpeg")
    small = await http.get(upload["thumbnail_url"], headers=anna.bearer)
    assert Image.open(io.BytesIO(small.content)).size == (640, 498)
