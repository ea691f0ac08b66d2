"""Unbaking: the credential taken out of whatever somebody sends, by content and never by name.

The bytes come from anybody. Pictures are read without being drawn, XML without a tree, a PDF in a
process of its own; each within bounds on size, depth, time and memory. What comes out is not
believed yet: it goes to the verifier as it is.
"""

from collections.abc import Sequence
from typing import Final

from adapters.credentials import attachments, png_text, svg_text
from adapters.credentials.baking import OLDER_PNG_KEYWORD, PNG_KEYWORD, encoding_of
from domain.credential_forms import (
    LARGEST_CREDENTIAL,
    LARGEST_FORM,
    BadgeEmpty,
    BadgeFormUnknown,
    BadgeTooLarge,
    CredentialForm,
    Encoding,
    NoCredentialInside,
    OlderBadgeInside,
    TwoCredentialsInside,
    Unbaked,
)
from domain.letters import spoken_size

LARGEST_DRAWING: Final = 3_000_000
"""Bytes of an SVG, the credential included. Its parser makes up to thirty times as many of it."""

_PDF_HEAD: Final = 1024
"""How far from its beginning the mark of a PDF may stand."""


def unbake(data: bytes) -> Unbaked:
    """Return the one credential of a JSON, JWT, PNG, SVG or PDF, as the bytes that stand in it.

    Refuses with the codes of ``domain.credential_forms``: ``badge_empty``, ``badge_too_large``,
    ``badge_form_unknown``, ``badge_damaged``, ``badge_too_complex``, ``badge_with_doctype``,
    ``badge_locked``, ``no_credential_inside``, ``older_badge_inside``, ``two_credentials_inside``.
    Blocks: milliseconds, and up to ``attachments.BUDGET`` for a PDF; call it in a thread.
    """
    if not data.strip():
        raise BadgeEmpty
    if len(data) > LARGEST_FORM:
        raise BadgeTooLarge(limit=spoken_size(LARGEST_FORM))
    form = form_of(data)
    if form in (CredentialForm.JSON, CredentialForm.JWT):
        return _bare(form, data)
    if form is CredentialForm.PNG:
        found = _in_png(data)
    elif form is CredentialForm.SVG:
        found = _in_svg(data)
    else:
        found = attachments.credentials_in(data)
    return _only(form, found)


def form_of(data: bytes) -> CredentialForm:
    """Return what ``data`` is by its first bytes; refuse ``badge_form_unknown``."""
    if data.startswith(png_text.SIGNATURE):
        return CredentialForm.PNG
    if b"%PDF-" in data[:_PDF_HEAD]:
        return CredentialForm.PDF
    encoding = encoding_of(data)
    if encoding is not None:
        return CredentialForm(encoding.value)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return CredentialForm.SVG
    raise BadgeFormUnknown


def _bare(form: CredentialForm, data: bytes) -> Unbaked:
    if len(data) > LARGEST_CREDENTIAL:
        raise BadgeTooLarge(limit=spoken_size(LARGEST_CREDENTIAL))
    encoding = Encoding(form.value)
    return Unbaked(form=form, encoding=encoding, credential=_trimmed(encoding, data))


def _in_png(data: bytes) -> Sequence[bytes]:
    texts: list[bytes] = []
    has_older = False
    for chunk in png_text.chunks_of(data):
        keyword = png_text.keyword_of(chunk)
        has_older = has_older or keyword == OLDER_PNG_KEYWORD
        if keyword == PNG_KEYWORD and chunk.kind == b"iTXt":
            texts.append(png_text.text_of(chunk))
            # A bomb for each chunk would be many bombs.
            if len(texts) > 1:
                break
    if has_older and not texts:
        raise OlderBadgeInside(form=CredentialForm.PNG.upper())
    return texts


def _in_svg(data: bytes) -> Sequence[bytes]:
    if len(data) > LARGEST_DRAWING:
        raise BadgeTooLarge(limit=spoken_size(LARGEST_DRAWING))
    reading = svg_text.SvgReading(data)
    if reading.has_older and not reading.texts:
        raise OlderBadgeInside(form=CredentialForm.SVG.upper())
    return [text.encode() for text in reading.texts]


def _only(form: CredentialForm, found: Sequence[bytes]) -> Unbaked:
    if len(found) > 1:
        raise TwoCredentialsInside(form=form.upper())
    encoding = encoding_of(found[0]) if found else None
    if encoding is None:
        raise NoCredentialInside(form=form.upper())
    if len(found[0]) > LARGEST_CREDENTIAL:
        raise BadgeTooLarge(limit=spoken_size(LARGEST_CREDENTIAL))
    return Unbaked(form=form, encoding=encoding, credential=_trimmed(encoding, found[0]))


def _trimmed(encoding: Encoding, credential: bytes) -> bytes:
    """Return a JWT without the line end that editors add; JSON stays as it is."""
    return credential.strip() if encoding is Encoding.JWT else credential
