"""What customers are told, in the operator's words and with the brand's name."""

from dataclasses import dataclass

from confab.errors import Invalid
from confab.model import links
from confab.settings import MOST_BYTES, Settings

_TOKEN_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The two texts. `origin` is where customers' browsers reach us."""

    brand: str
    verification: str
    acknowledgement: str
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> "Wording":
        """The operator's."""
        return cls(
            brand=settings.brand_name,
            verification=settings.verification_text,
            acknowledgement=settings.acknowledgement_text,
            origin=settings.origin,
        )

    def invitation(self, ig_id: str) -> str:
        """How to connect, with the link masked. Raises Invalid when the profile's id makes the link too long to be sent."""
        text = self.masked(ig_id)
        if len(links.revealed(text, "0" * _TOKEN_LENGTH).encode()) > MOST_BYTES:
            raise Invalid(
                "The profile's id is too long for a link that fits into a message.", field="ig_id", code="link_too_long"
            )
        return text

    def masked(self, ig_id: str) -> str:
        """The same, however long it is."""
        return self.verification.format(brand=self.brand, link=links.connecting(self.origin, ig_id))

    def thanks(self) -> str:
        """That it came."""
        return self.acknowledgement.format(brand=self.brand)
