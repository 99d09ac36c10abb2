"""What a soak looks at: everything that our API shows, page by page."""

from typing import Any

import httpx2


def ours(api: httpx2.Client) -> list[dict[str, Any]]:
    """Every message that was sent from here."""
    return [message for message in all_messages(api) if message["direction"] == "outbound"]


def all_messages(api: httpx2.Client) -> list[dict[str, Any]]:
    """Every message of every conversation."""
    found: list[dict[str, Any]] = []
    for conversation in conversations(api):
        before: str | None = None
        while True:
            page = api.get(
                f"/conversations/{conversation['id']}/messages", params={"limit": 100, **({"before": before} if before else {})}
            ).json()
            found += page["items"]
            if (before := page["next"]) is None:
                break
    return found


def conversations(api: httpx2.Client) -> list[dict[str, Any]]:
    """Every conversation."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = api.get("/conversations", params={"limit": 100, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        if (cursor := page["next"]) is None:
            return found


def accepted(api: httpx2.Client, conversation: str, key: str, text: str, **more: str) -> bool:
    """Whether our API took an answer; it may be asked again with the same key."""
    try:
        answer = api.post(f"/conversations/{conversation}/messages", json={"client_key": key, "text": text, **more})
    except httpx2.HTTPError:
        return False
    return answer.status_code in (200, 201)
