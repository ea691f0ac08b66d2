"""The card beside a shared link: what was earned, from whom, and where it can be checked."""

from typing import Final
from urllib.parse import urlsplit

from adapters.credentials.artwork import MedalWords, medal_of, words_of
from adapters.credentials.typesetting import Typeface, set_png
from domain.credential_forms import CredentialFace
from domain.values import Value

CARD_WIDTH: Final = 1200
CARD_HEIGHT: Final = 630
"""Pixels, in the proportion that social networks show (the Open Graph protocol's large card)."""


class CardWords(Value):
    """What stands on the card, as its drawing takes it."""

    medal: MedalWords
    recipient: str | None
    programme: str
    address: str


def card_png(face: CredentialFace) -> bytes:
    """Return the card; it names the recipient only if the face does."""
    address = _spoken_address(face.address)
    words = (*words_of(face), face.recipient or "", face.programme, address)
    typeface = Typeface.for_words(words)
    card = CardWords(
        medal=medal_of(face, typeface),
        recipient=typeface.printable(face.recipient) if face.recipient else None,
        programme=typeface.printable(face.programme),
        address=typeface.printable(address),
    )
    return set_png("card.typ", card.model_dump_json(), typeface, points_per_inch=72)


def _spoken_address(address: str) -> str:
    """Return an address as people read it: the scheme is of no use on a picture."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"
