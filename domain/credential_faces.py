"""What people see on the picture and on the certificate of a credential: what was signed, in words.

Title, name, instants and hours are those of the signed document, so a certificate never says
something else than the credential that is attached to it. Details come from the catalogue's version
that the credential names, for the document tells them in running text.
"""

from zoneinfo import ZoneInfo

from domain.catalog import CatalogEntry
from domain.credential_forms import CredentialFace
from domain.credentials import OutcomeMet
from domain.letters import spoken_instant
from domain.values import Instant
from domain.verification import WhatItSays


def face_of(
    says: WhatItSays,
    entry: CatalogEntry,
    *,
    programme: str,
    zone: ZoneInfo,
    issued_at: Instant,
    names_recipient: bool,
) -> CredentialFace:
    """Return the face of a credential; ``names_recipient`` decides about the name alone."""
    return CredentialFace(
        title=says.title,
        library=entry.library,
        library_name=f"{entry.library.replace('-', ' ').capitalize()} library",
        programme=programme,
        issuer=entry.issuer or says.issuer_name,
        recipient=says.recipient_name if names_recipient else None,
        outcomes=tuple(
            OutcomeMet(number=number, text=outcome.text, details=outcome.details)
            for number, outcome in enumerate(entry.outcomes, start=1)
        ),
        pd_hours=int(says.credits or 0),
        awarded=spoken_instant(says.awarded_at or issued_at, zone),
        expires=spoken_instant(says.expires_at, zone) if says.expires_at else None,
        issued_at=issued_at,
        address=says.id,
    )
