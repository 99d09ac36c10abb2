"""Files behind links: made, linked to, expired and killed. Rules M1 to M5, P6."""

import hmac
from collections import deque
from urllib.parse import quote

from graphsim.clock import Clock
from graphsim.ids import Mint
from graphsim.state import Asset, Kind, World

KEPT_BYTES = 64 * 1024 * 1024
STORY_LIFE_MS = 24 * 3600 * 1000
AVATAR_LIFE_MS = 4 * 24 * 3600 * 1000 + 12 * 3600 * 1000


class Shelf:
    """All assets of a world, and the links to them."""

    def __init__(self, world: World, mint: Mint, clock: Clock, base_url: str) -> None:
        self._world = world
        self._mint = mint
        self._clock = clock
        self._base_url = base_url
        self._kept: deque[Asset] = deque()
        self._kept_bytes = 0
        self.link_life_ms: int | None = None

    def new_id(self) -> str:
        """An id no asset has."""
        return self._mint.object_id("asset")

    def add(
        self,
        kind: Kind,
        *,
        is_story: bool = False,
        content: bytes | None = None,
        content_type: str | None = None,
        answer: str = "ok",
        id: str | None = None,  # noqa: A002  the word of the field it fills
    ) -> Asset:
        """A new file; a story's dies after a day (M3)."""
        now = self._clock.now_ms()
        asset = Asset(
            id=id or self.new_id(),
            kind=kind,
            made_ms=now,
            linked_ms=now,
            expires_ms=now + STORY_LIFE_MS if is_story else None,
            is_story=is_story,
            answer=answer,
            content=content,
            content_type=content_type,
        )
        self._world.assets[asset.id] = asset
        self._keep(asset)
        return asset

    def cover(self, film: Asset) -> Asset:
        """The picture that stands for a film. Rule K12."""
        id_ = f"{film.id}0"
        return self._world.assets.get(id_) or self.add("image", id=id_, is_story=film.is_story)

    def link(self, asset: Asset) -> str:
        """The link that is valid now."""
        if asset.kind == "avatar":
            return self._avatar_link(asset)
        return f"{self._base_url}/cdn/ig_messaging_cdn/?asset_id={asset.id}&signature={self._signature(asset)}"

    def fresh_link(self, asset: Asset) -> str:
        """A link that is valid, new if the last one has died; of a dead story none. Rules M9, C10."""
        now = self._clock.now_ms()
        if asset.is_killed or (asset.expires_ms is not None and now >= asset.expires_ms):
            return ""
        if self.link_life_ms is not None and now >= asset.linked_ms + self.link_life_ms:
            self.expire_link(asset)
        return self.link(asset)

    def expire_link(self, asset: Asset) -> None:
        """Make every link handed out so far dead."""
        asset.generation += 1
        asset.linked_ms = self._clock.now_ms()

    def is_alive(self, asset: Asset, signature: str) -> bool:
        """Whether a link with this signature still opens the file. Rules M1 to M3."""
        now = self._clock.now_ms()
        if asset.is_killed or not hmac.compare_digest(signature.encode(), self._signature(asset).encode()):
            return False
        if asset.expires_ms is not None and now >= asset.expires_ms:
            return False
        return self.link_life_ms is None or asset.is_story or now < asset.linked_ms + self.link_life_ms

    def avatar_is_alive(self, asset: Asset, signature: str, expires_hex: str) -> bool:
        """Whether a link to an avatar is unchanged and its `oe` not yet past. Rule P6."""
        expected = self._avatar_signature(asset, expires_hex)
        if asset.is_killed or not hmac.compare_digest(signature.encode(), expected.encode()):
            return False
        return self._clock.now_ms() < int(expires_hex, 16) * 1000

    def _keep(self, asset: Asset) -> None:
        """Keep the newest bytes that were sent to us; older files are drawn from their id like all others."""
        if asset.content is None:
            return
        self._kept.append(asset)
        self._kept_bytes += len(asset.content)
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            oldest = self._kept.popleft()
            self._kept_bytes -= len(oldest.content or b"")
            oldest.content = None
            oldest.content_type = None

    def _avatar_link(self, asset: Asset) -> str:
        expires_hex = f"{(self._clock.now_ms() + AVATAR_LIFE_MS) // 1000:08X}"
        signature = self._avatar_signature(asset, expires_hex)
        return f"{self._base_url}/cdn/v/t51.2885-19/{quote(asset.id)}_n.png?stp=dst-jpg&oh={signature}&oe={expires_hex}"

    def _avatar_signature(self, asset: Asset, expires_hex: str) -> str:
        return "00_" + self._mint.text_of(f"avatar|{asset.id}|{asset.generation}|{expires_hex}", 43)

    def _signature(self, asset: Asset) -> str:
        return "Ab" + self._mint.bytes_of(f"link|{asset.id}|{asset.generation}", 44).hex()
