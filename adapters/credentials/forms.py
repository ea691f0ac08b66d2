"""One way to each form of a credential: for the pages that give them away, and for the commands.

All of it is computed from what is passed in: no database, no network, no key. Each call blocks for
some tens of milliseconds; a page calls it in a thread, and keeps what came out, since the same
face and credential give the same bytes.
"""

from adapters.credentials import artwork, card, certificate_pdf
from adapters.credentials.baking import bake_png, bake_svg
from domain.credential_forms import CredentialFace


class CredentialForms:
    """Makes the forms in which a signed credential is shown. ``credential`` is never changed."""

    def badge_png(self, face: CredentialFace, credential: bytes) -> bytes:
        """Return the badge's picture with the credential in it."""
        return bake_png(artwork.plain_badge_png(face), credential)

    def badge_svg(self, face: CredentialFace, credential: bytes) -> bytes:
        """Return the badge's drawing with the credential in it."""
        return bake_svg(artwork.plain_badge_svg(face), credential)

    def certificate_pdf(self, face: CredentialFace, credential: bytes) -> bytes:
        """Return the certificate with the credential attached."""
        return certificate_pdf.certificate_pdf(face, credential)

    def card_png(self, face: CredentialFace) -> bytes:
        """Return the card for a shared link; no credential is in it."""
        return card.card_png(face)
