"""Files are put into an answer: by button, paste and drop, and by speaking. Rules UP8-UP10 of docs/spec/inbox.md."""

import base64
import io
import re
from typing import Any

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import api_calls, bubble, open_thread, thread
from tests.unit.media import films

pillow_heif.register_heif_opener()


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (40, 120, 90)).save(file, kind)
    return file.getvalue()


def payload(name: str, body: bytes, kind: str = "") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": body}


ONE_SECOND, TWO_SECONDS = re.compile(r"^(?!0:00)\d+:\d\d$"), re.compile(r"^(?!0:0[01])\d+:\d\d$")
"""What a timer shows from then on."""
MENU = payload("menu.png", picture(), "image/png")


def opened(shop: Shop, page: Page, customer: str) -> Locator:
    """A conversation's composer."""
    shop.writes(f"Do you have a menu, {customer}?", customer=customer)
    shop.sign_in(page)
    open_thread(page, f"Do you have a menu, {customer}?")
    return page.get_by_role("region", name="Composer")


def choose(page: Page, *files: FilePayload) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(list(files))


def cells(page: Page) -> Locator:
    return page.get_by_role("list", name="Files to send").get_by_role("listitem")


def transfer(page: Page, name: str, body: bytes, kind: str, text: str | None = None) -> Any:
    """What the clipboard or the mouse holds."""
    return page.evaluate_handle(
        """([name, body, kind, text]) => {
            const held = new DataTransfer()
            const bytes = Uint8Array.from(atob(body), (one) => one.charCodeAt(0))
            held.items.add(new File([bytes], name, { type: kind }))
            if (text !== null) held.setData("text/plain", text)
            return held
        }""",
        [name, base64.b64encode(body).decode(), kind, text],
    )


def paste(page: Page, held: Any) -> bool:
    """Paste into the box; whether the browser would have gone on by itself."""
    return page.get_by_role("textbox", name="Reply").evaluate(
        "(box, held) => box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: held, bubbles: true, cancelable: true }))",
        held,
    )


def test_UP8_UP9_a_file_is_attached_with_the_button_seen_kept_with_the_draft_and_taken_out(shop: Shop, page: Page) -> None:
    composer = opened(shop, page, "29000000000001")
    send = composer.get_by_role("button", name="Send")
    expect(send).to_be_disabled()
    choose(page, MENU, payload("Preisliste für heute.pdf", b"%PDF-1.7\n" + bytes(900), "application/pdf"))
    expect(cells(page)).to_have_count(2)
    expect(cells(page).nth(0)).to_contain_text("menu.png")
    expect(cells(page).nth(1)).to_contain_text(re.compile("Preisliste für heute.pdf.*909 B"))
    expect(cells(page).nth(0).locator("img")).not_to_have_js_property("naturalWidth", 0)
    expect(send).to_be_enabled()
    page.reload()
    expect(cells(page)).to_have_count(2)
    expect(cells(page).nth(0).locator("img")).not_to_have_js_property("naturalWidth", 0)
    page.get_by_role("button", name="Remove menu.png").click()
    expect(cells(page)).to_have_count(1)
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    page.get_by_role("button", name="Remove Preisliste").press("Enter")
    expect(page.get_by_role("list", name="Files to send")).to_have_count(0)
    expect(send).to_be_disabled()


def test_UP8_a_picture_is_pasted_and_a_text_beside_it_wins(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000002")
    assert not paste(page, transfer(page, "image.png", picture(), "image/png"))
    expect(cells(page)).to_contain_text("image.png")
    assert paste(page, transfer(page, "image.png", picture(), "image/png", "A table's text"))
    expect(cells(page)).to_have_count(1)


def test_UP8_files_are_dropped_on_the_conversation_which_shows_where(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000003")
    page.get_by_role("button", name="Note", exact=True).click()
    held = transfer(page, "dropped.png", picture(), "image/png")
    thread(page).dispatch_event("dragenter", {"dataTransfer": held})
    thread(page).dispatch_event("dragover", {"dataTransfer": held})
    expect(page.get_by_text("Drop files here to send them to")).to_be_visible()
    thread(page).dispatch_event("dragleave", {"dataTransfer": held})
    expect(page.get_by_text("Drop files here to send them to")).to_have_count(0)
    thread(page).dispatch_event("dragenter", {"dataTransfer": held})
    thread(page).dispatch_event("drop", {"dataTransfer": held})
    expect(page.get_by_text("Drop files here to send them to")).to_have_count(0)
    expect(cells(page)).to_contain_text("dropped.png")
    expect(page.get_by_role("textbox", name="Reply")).to_be_visible()


def test_UP8_UP2_a_HEIC_is_shown_as_a_picture_that_every_browser_draws(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000004")
    choose(page, payload("IMG_0001.HEIC", picture("HEIF"), "image/heic"))
    expect(cells(page)).to_contain_text("IMG_0001.jpg")
    shown = cells(page).locator("img")
    expect(shown).not_to_have_js_property("naturalWidth", 0)
    assert (shown.get_attribute("src") or "").startswith("/media/uploads/")


def test_UP8_what_cannot_be_sent_is_said_before_anything_is_uploaded(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000005")
    calls = api_calls(page)
    notices = page.get_by_role("status", name="Notices")
    choose(page, payload("film.mp4", bytes(25_100_000), "video/mp4"))
    expect(notices).to_contain_text("“film.mp4” has 25.1 MB. Instagram takes 25 MB at most")
    choose(page, payload("menu.docx", b"PK\3\4", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"))
    expect(notices).to_contain_text("“menu.docx” cannot be sent")
    expect(page.get_by_role("list", name="Files to send")).to_have_count(0)
    assert [one for one in calls if "/uploads" in one] == []


def test_UP8_what_the_server_refuses_says_why_and_keeps_the_answer_back(shop: Shop, page: Page) -> None:
    composer = opened(shop, page, "29000000000006")
    choose(page, payload("broken.png", picture()[:60], "image/png"))
    expect(cells(page)).to_contain_text("damaged picture")
    expect(cells(page).get_by_role("button", name="Try again")).to_have_count(0)
    expect(composer.get_by_role("button", name="Send")).to_be_disabled()
    expect(composer).to_contain_text("A file could not be uploaded: try again or remove it.")
    page.get_by_role("button", name="Remove broken.png").click()
    expect(composer).not_to_contain_text("could not be uploaded")


def test_UP9_nothing_is_sent_while_a_file_is_on_its_way_and_an_upload_goes_on_in_another_conversation(
    shop: Shop, page: Page
) -> None:
    shop.writes("Somebody else", customer="29000000000008")
    composer = opened(shop, page, "29000000000007")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 20_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    noise = io.BytesIO()
    Image.effect_noise((700, 500), 90).save(noise, "PNG")
    choose(page, payload("slow.png", noise.getvalue(), "image/png"))
    page.get_by_role("textbox", name="Reply").fill("Here it is")
    expect(cells(page).get_by_role("progressbar", name="Uploading slow.png")).to_be_visible()
    expect(composer.get_by_role("button", name="Send")).to_be_disabled()
    expect(composer).to_contain_text("Wait: a file is being uploaded.")
    expect(page.get_by_role("textbox", name="Reply")).to_have_accessible_description(re.compile("Wait: a file"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("Here it is")
    open_thread(page, "Somebody else")
    expect(page.get_by_role("list", name="Files to send")).to_have_count(0)
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1, "latency": 0})
    page.go_back()
    expect(cells(page)).to_contain_text("kB")
    expect(composer.get_by_role("button", name="Send")).to_be_enabled()


def test_UP8_a_file_whose_upload_broke_off_can_be_tried_again(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000009")
    page.context.set_offline(True)
    choose(page, MENU)
    expect(cells(page)).to_contain_text("Confab cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again: menu.png").click()
    expect(cells(page)).to_contain_text(re.compile(r"menu\.png.*\d+ B"))


def test_UP8_an_answer_with_files_shows_at_once_what_this_browser_has_of_them(shop: Shop, page: Page) -> None:
    composer = opened(shop, page, "29000000000010")
    choose(page, MENU, payload("other.png", picture(size=(50, 90)), "image/png"))
    expect(composer.get_by_role("button", name="Send")).to_be_enabled()
    page.get_by_role("textbox", name="Reply").fill("Our menu")
    shown_after_ms = page.get_by_role("textbox", name="Reply").evaluate(
        """(box) => new Promise((done) => {
            const log = document.querySelector('[role="log"]')
            const began = performance.now()
            new MutationObserver(() => {
                if (log.querySelectorAll('img[src^="blob:"]').length === 2) done(performance.now() - began)
            }).observe(log, { childList: true, subtree: true })
            box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }))
        })"""
    )
    assert shown_after_ms < 2_000, shown_after_ms  # 50 ms where the machine is not shared by everybody
    expect(page.get_by_role("list", name="Files to send")).to_have_count(0)
    expect(bubble(page, "Our menu").first).to_be_visible()
    pictures = thread(page).get_by_role("article").locator("img[src^='/media/messages/']")
    expect(pictures).to_have_count(2)
    expect(pictures.last).not_to_have_js_property("naturalWidth", 0)
    expect(thread(page).locator("img[src^='blob:']")).to_have_count(0)
    expect(page.get_by_role("log").get_by_text("Not sent")).to_have_count(0)


def test_UP10_a_voice_note_is_recorded_heard_of_and_attached_or_discarded(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000011")
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_role("timer", name="Recording")).to_have_text(ONE_SECOND)
    page.get_by_role("button", name="Discard the recording").click()
    expect(page.get_by_role("timer")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_role("button", name="Stop and attach")).to_be_focused()
    expect(page.get_by_role("timer", name="Recording")).to_have_text(TWO_SECONDS)
    page.keyboard.press("Enter")
    expect(cells(page)).to_have_count(1)
    expect(cells(page)).to_contain_text(re.compile(r"Voice note\.m4a.*0:(?!00)\d\d · \d+ kB"))


def test_UP8_a_film_and_a_sound_show_their_first_frame_and_their_length(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000012")
    choose(
        page,
        payload("film.mp4", films.film(frames=30, rate=10), "video/mp4"),
        payload("song.mp3", films.sound("mp3", "libmp3lame", 5), "audio/mpeg"),
    )
    expect(cells(page).nth(0)).to_contain_text("0:03")
    expect(cells(page).nth(0).locator("video, img")).to_have_count(1)
    expect(cells(page).nth(1)).to_contain_text(re.compile(r"song\.m4a.*0:05"))


@pytest.mark.parametrize("width", [360, 320])
def test_UP8_on_a_phone_everything_fits_and_can_be_pressed(shop: Shop, contexts: MakeContext, width: int) -> None:
    page = contexts(viewport={"width": width, "height": 640}, has_touch=True).new_page()
    opened(shop, page, f"2900000000{width:04}")
    choose(page, *[payload(f"picture {number}.png", picture(), "image/png") for number in range(4)])
    expect(cells(page)).to_have_count(4)
    page.get_by_role("button", name="Remove picture 3.png").click()
    expect(cells(page)).to_have_count(3)
    assert_within(page, width, "Attach files", "Record a voice note", "Send")
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_role("timer", name="Recording")).to_have_text(ONE_SECOND)
    assert_within(page, width, "Attach files", "Stop and attach", "Discard the recording", "Send")


def assert_within(page: Page, width: int, *names: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in names:
        box = page.get_by_role("region", name="Composer").get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= width, name


def test_UP8_axe_finds_nothing_in_a_composer_with_files(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000013")
    choose(page, MENU, payload("broken.png", picture()[:60], "image/png"))
    expect(cells(page)).to_contain_text(["menu.png", "damaged"])
    assert obstacles(page) == []


def test_UP8_what_falls_beside_the_conversation_leaves_the_inbox_where_it_is(shop: Shop, page: Page) -> None:
    opened(shop, page, "29000000000014")
    held = transfer(page, "stray.png", picture(), "image/png")
    went_on = page.get_by_role("heading", name="Inbox").evaluate(
        "(place, held) => place.dispatchEvent(new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true }))",
        held,
    )
    assert not went_on
