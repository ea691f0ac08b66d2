"""The forms of a credential: what a person holds in hand, and what is found in a file.

A credential is a signed document. People meet it as a picture in which it is baked, as a
certificate that carries it as an attachment, as a code that leads to its page. Whatever the form,
the signed bytes inside are the ones that were kept; a form only shows them (Open Badges 3.0,
"Baked badges").
"""

from enum import StrEnum
from typing import Final

from pydantic import Field

from domain.credentials import OutcomeMet
from domain.refusals import Conflict, Invalid
from domain.values import Instant, Value

LARGEST_FORM: Final = 10_000_000
"""Bytes of a badge in any form that is looked into. Ours have at most a tenth of it."""

LARGEST_CREDENTIAL: Final = 1_048_576
"""Bytes of the credential itself, taken out of its form; ours have about ten thousand."""


class CredentialForm(StrEnum):
    """The forms in which a credential is given away and taken."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


class Encoding(StrEnum):
    """How the credential itself is written: JSON with its proof inside, or a compact VC-JWT."""

    JSON = "json"
    JWT = "jwt"


MEDIA_TYPES: Final = {
    CredentialForm.JSON: "application/vc+ld+json",
    CredentialForm.JWT: "text/plain; charset=utf-8",
    CredentialForm.PNG: "image/png",
    CredentialForm.SVG: "image/svg+xml",
    CredentialForm.PDF: "application/pdf",
}
"""As what each form is served (Open Badges 3.0, "File format")."""

FILE_NAMES: Final = {
    CredentialForm.JSON: "badge.json",
    CredentialForm.JWT: "badge.jwt",
    CredentialForm.PNG: "badge.png",
    CredentialForm.SVG: "badge.svg",
    CredentialForm.PDF: "certificate.pdf",
}
"""Under which name each form is given away; it names nobody."""


class CredentialFace(Value):
    """What people see of a credential on a picture or a certificate, whatever the form.

    ``recipient`` is None where its holder does not show the name. ``awarded`` is the day and hour
    of the award in words, with its zone; ``issued_at`` dates the file. ``address`` is the page on
    which anybody can check the credential. ``library`` is the short name that decides the colour.
    """

    title: str
    library: str
    library_name: str
    programme: str
    issuer: str
    recipient: str | None = None
    outcomes: tuple[OutcomeMet, ...] = ()
    pd_hours: int = Field(ge=0)
    awarded: str
    expires: str | None = None
    issued_at: Instant
    address: str


class Unbaked(Value):
    """A credential as it was found in a file: ``credential`` holds its bytes, untouched."""

    form: CredentialForm
    encoding: Encoding
    credential: bytes


class BadgeEmpty(Invalid):
    """Nothing was sent."""

    code = "badge_empty"
    sentence = "The file is empty. Choose the file of the badge, and send it again."


class BadgeTooLarge(Invalid):
    """More than a badge can have; it was not looked into."""

    code = "badge_too_large"
    sentence = (
        "This is too large for a badge: {limit} is the most that is looked into. Ask the holder "
        "for the file as it was downloaded from its issuer."
    )


class BadgeFormUnknown(Invalid):
    """Neither JSON nor JWT, PNG, SVG or PDF, by its content."""

    code = "badge_form_unknown"
    sentence = (
        "This file is none of the forms of a badge. Send the JSON, the JWT, the PNG or SVG picture "
        "or the PDF certificate."
    )


class BadgeDamaged(Invalid):
    """The file breaks off, or breaks the rules of its format."""

    code = "badge_damaged"
    sentence = (
        "This {form} file is damaged and cannot be read to its end. Ask the holder for the file as "
        "it was downloaded from its issuer."
    )


class BadgeTooComplex(Invalid):
    """Reading the file would cost more time or memory than any badge needs."""

    code = "badge_too_complex"
    sentence = (
        "Reading this {form} file takes more than any badge needs, so it was given up. Ask the "
        "holder for the JSON of the badge."
    )


class BadgeWithDoctype(Invalid):
    """An SVG that declares a document type: entities could make it say anything."""

    code = "badge_with_doctype"
    sentence = (
        "This SVG declares a document type, which a badge never needs and which can hide things. "
        "Ask the holder for the PNG or the JSON of the badge."
    )


class BadgeLocked(Invalid):
    """A PDF behind a password."""

    code = "badge_locked"
    sentence = (
        "This PDF is locked with a password. Ask the holder for the certificate as it was "
        "downloaded, or for the JSON of the badge."
    )


class NoCredentialInside(Invalid):
    """A sound picture or PDF, and nothing that could be checked in it."""

    code = "no_credential_inside"
    sentence = (
        "There is no credential in this {form} file, so there is nothing to check. A screenshot or "
        "a picture that was saved again loses it: ask the holder for the original file."
    )


class OlderBadgeInside(Invalid):
    """A badge of Open Badges 1 or 2, which cannot be checked without its issuer's network."""

    code = "older_badge_inside"
    sentence = (
        "The badge in this {form} file follows an older standard (Open Badges 2.0), which is "
        "checked at its issuer. Ask the issuer, or ask the holder for the badge as Open Badges 3.0."
    )


class TwoCredentialsInside(Invalid):
    """More than one credential: which one is meant cannot be known."""

    code = "two_credentials_inside"
    sentence = (
        "There is more than one credential in this {form} file, so it does not say which one "
        "counts. Ask the holder for the file as it was downloaded from its issuer."
    )


class AlreadyBaked(Conflict):
    """A picture carries exactly one credential."""

    code = "already_baked"
    sentence = "This picture carries a credential already. Begin with the picture without one."


class CredentialNotBakeable(Invalid):
    """The credential's bytes would not come out of this form as they went in."""

    code = "credential_not_bakeable"
    sentence = (
        "This credential cannot be put into {form} without changing it: {problem}. Use its JSON."
    )
