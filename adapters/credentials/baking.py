"""Baking: a signed credential put into a picture, byte for byte, exactly once.

The picture is not drawn anew: a text is inserted, and every other byte stays. So bake last, and
serve what came out untouched (Open Badges 3.0, "Baked badges").
"""

import re
from typing import Final

from adapters.credentials import png_text, svg_text
from domain.credential_forms import (
    AlreadyBaked,
    CredentialForm,
    CredentialNotBakeable,
    Encoding,
)

PNG_KEYWORD: Final = b"openbadgecredential"
OLDER_PNG_KEYWORD: Final = b"openbadges"

_JWT: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# XML has no place for these, and turns a carriage return into a line feed.
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def encoding_of(credential: bytes) -> Encoding | None:
    """Return how a credential is written, by its content; None if it is neither JSON nor JWT."""
    text = credential.removeprefix(_BYTE_ORDER_MARK).strip(b" \t\r\n")
    if text.startswith(b"{"):
        return Encoding.JSON
    return Encoding.JWT if _JWT.fullmatch(text) else None


def bake_png(png: bytes, credential: bytes) -> bytes:
    """Return the picture with ``credential``, JSON or JWT, as its one international text.

    Refuses ``already_baked``, ``badge_damaged`` for what is no whole PNG, and
    ``credential_not_bakeable``.
    """
    _text_of(credential, CredentialForm.PNG)
    chunks = list(png_text.chunks_of(png))
    if any(png_text.keyword_of(each) in (PNG_KEYWORD, OLDER_PNG_KEYWORD) for each in chunks):
        raise AlreadyBaked
    header = chunks[0].end
    return png[:header] + png_text.text_chunk(PNG_KEYWORD, credential) + png[header:]


def bake_svg(svg: bytes, credential: bytes) -> bytes:
    """Return the drawing with ``credential`` as the first element of its root.

    Refuses as ``bake_png`` does, and ``badge_with_doctype``. The drawing is UTF-8.
    """
    text = _text_of(credential, CredentialForm.SVG)
    if _NOT_IN_XML.search(text):
        raise CredentialNotBakeable(form="an SVG", problem="XML has no place for a character in it")
    reading = svg_text.SvgReading(svg)
    if reading.texts or reading.has_older:
        raise AlreadyBaked
    end = svg_text.root_end(svg, reading.root_start)
    if svg[end - 1 : end] == b"/":
        raise svg_text.damaged()  # a root without anything in it draws nothing
    # The root may have given our prefix to something else; then the element declares its own.
    declaration = f' xmlns:openbadges="{svg_text.OPEN_BADGES}"'
    declared = reading.root_prefixes.get("openbadges")
    on_root = declaration if declared is None else ""
    on_element = "" if declared in (None, svg_text.OPEN_BADGES) else declaration
    element = _element(text, encoding_of(credential), on_element)
    return b"".join((svg[:end], on_root.encode(), b">", element.encode(), svg[end + 1 :]))


def _element(text: str, encoding: Encoding | None, declaration: str) -> str:
    if encoding is Encoding.JWT:
        return f'<openbadges:credential{declaration} verify="{text}"/>'
    # Nothing but this mark ends a CDATA section; it is written as the end of one and the
    # beginning of the next.
    inside = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<openbadges:credential{declaration}><![CDATA[{inside}]]></openbadges:credential>"


def _text_of(credential: bytes, form: CredentialForm) -> str:
    """Return the credential as text, if it is one that any picture can carry."""
    name = f"a {form.upper()}" if form is CredentialForm.PNG else f"an {form.upper()}"
    if encoding_of(credential) is None:
        raise CredentialNotBakeable(form=name, problem="it is neither JSON nor a JWT")
    try:
        return credential.decode()
    except UnicodeDecodeError as error:
        raise CredentialNotBakeable(form=name, problem="it is not UTF-8") from error
