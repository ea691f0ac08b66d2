"""Badges of anybody, in any form: the one credential inside as it stands there, or a coded refusal.

A PDF is read in a process of its own with limits; here its reader runs without one."""

import zlib

from hypothesis import strategies as st

from adapters.credentials.baking import bake_png, bake_svg
from adapters.credentials.pdf_attachments import look
from adapters.credentials.unbaking import form_of, unbake
from domain.credential_forms import LARGEST_CREDENTIAL, CredentialForm
from domain.refusals import Invalid
from tests.credentials.faces import DOCUMENT, TOKEN
from tests.credentials.test_baking import SVG, png
from tests.credentials.test_unbaking import (
    chunk,
    packed,
    pdf_bomb,
    pdf_with,
    svg_with,
    with_chunk,
)
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, spoiled

WHOLE = (
    *(bake_png(png(), DOCUMENT), bake_svg(SVG, TOKEN), DOCUMENT, TOKEN, with_chunk(packed(TOKEN))),
    *(pdf_with(b"other", DOCUMENT), pdf_bomb(1_000), svg_with("<o:credential>{}</o:credential>")),
)


def holds(content: bytes) -> None:
    """One credential, no larger than one can be and of the form of the file; or a refusal."""
    try:
        form = form_of(content)
        if form is CredentialForm.PDF:
            assert len(look(content).credentials) <= 2
            return
        found = unbake(content)
    except Invalid as refusal:
        assert_coded(refusal)
        return
    assert found.form is form
    assert 0 < len(found.credential) <= LARGEST_CREDENTIAL
    if form in (CredentialForm.JSON, CredentialForm.JWT):
        assert found.credential in content


@st.composite
def _pictures(draw: st.DrawFn) -> bytes:
    """Return a picture with texts of every sort in it, each with a checksum that fits."""
    keyword = draw(st.sampled_from([b"openbadgecredential", b"openbadges", b"x", b""]))
    text = draw(st.sampled_from([DOCUMENT, TOKEN, b""]) | HOSTILE.map(bytes_of))
    kind = draw(st.sampled_from([b"iTXt", b"tEXt", b"zTXt", b"IEND", b"IHDR", b"gAMA"]))
    data = (
        keyword + draw(st.binary(max_size=6)) + draw(st.sampled_from([text, zlib.compress(text)]))
    )
    return with_chunk(chunk(kind, data), draw(st.sampled_from([png(), bake_png(png(), TOKEN)])))


@st.composite
def _drawings(draw: st.DrawFn) -> bytes:
    """Return a drawing of elements that a reader may mistake."""
    elements = (
        "<g>",
        "</g>",
        "<o:credential>",
        "</o:credential>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
    )
    more = (
        "<o:credential verify='a.b.c'/>",
        "<x xmlns='https://purl.imsglobal.org/ob/v3p0'/>",
        "&lt;",
    )
    inside = st.lists(st.sampled_from(elements + more) | HOSTILE, max_size=8).map("".join)
    return svg_with(draw(inside).encode(errors="replace").decode())


def _svg(before: bytes, piece: bytes, times: int, after: bytes = b"") -> bytes:
    head = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0">'
    return head + before + piece * times + after + b"</svg>"


def _many_attributes(count: int) -> bytes:
    attributes = b"".join(b' o:a%d=""' % number for number in range(count))
    return _svg(b"<g" + attributes + b"/>", b"", 0)


def _long_namespace(size: int) -> bytes:
    head = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:a="' + b"x" * size + b'">'
    return head + b"<a:a/>" * (size // 4) + b"</svg>"


TARGET = Target(
    holds=holds,
    made=spoiled(st.sampled_from(WHOLE)) | _pictures() | _drawings(),
    seeds=WHOLE,
    growing=(
        Growing("long namespace", _long_namespace, 50_000),
        Growing("elements", lambda n: _svg(b"", b"<g/>", n), 50_000),
        Growing("attributes", _many_attributes, 10_000),
        Growing("names", lambda n: _svg(b"", b"<" + b"a" * n + b"/>", 3), 100_000),
        Growing("texts", lambda n: _svg(b"", b"<o:credential>a</o:credential>", n), 20_000),
        Growing("chunks", lambda n: with_chunk(chunk(b"teXt", b"a") * n), 4_000),
        Growing("dots", lambda n: b"a." * n, 200_000),
        Growing("spaces", lambda n: b" " * n + b"{", 1_000_000),
        Growing("nested PDF", lambda n: b"%PDF-1.7\n" + b"[" * n, 50_000),
    ),
    largest=(
        lambda: _many_attributes(230_000),
        lambda: _svg(b"", b"<g/>", 590_000),
        lambda: with_chunk(chunk(b"teXt", b"a" * 400) * 19_000),
    ),
    bound=Bound(memory=192 * MIB),
    examples=80,
    words=(
        b"openbadgecredential",
        b"iTXt",
        b"<o:credential",
        b"verify=",
        b"/EmbeddedFiles",
        b"xmlns:",
    ),
)
