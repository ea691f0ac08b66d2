"""Files from anybody: what is found in them, and what each bad one is called."""

import io
import struct
import time
import zlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from adapters.credentials import attachments
from adapters.credentials.baking import bake_png, bake_svg
from adapters.credentials.certificate_pdf import certificate_pdf
from adapters.credentials.png_text import MOST_CHUNKS
from adapters.credentials.unbaking import form_of, unbake
from domain.credential_forms import (
    LARGEST_CREDENTIAL,
    LARGEST_FORM,
    CredentialForm,
    Encoding,
    Unbaked,
)
from domain.refusals import Refusal
from tests import artifacts
from tests.credentials.faces import DOCUMENT, FACE, TOKEN
from tests.credentials.test_baking import SVG, png

OPEN_BADGES = 'xmlns:o="https://purl.imsglobal.org/ob/v3p0"'


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(added: bytes, picture: bytes | None = None) -> bytes:
    """Return a picture with a chunk behind its header."""
    picture = picture or png()
    return picture[:33] + added + picture[33:]


def packed(text: bytes, method: int = 0) -> bytes:
    """Return a compressed text as other issuers write it."""
    head = b"openbadgecredential\0\x01" + bytes([method]) + b"en\0\0"
    return chunk(b"iTXt", head + zlib.compress(text, 9))


def svg_with(inside: str) -> bytes:
    """Return a drawing with these elements."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {OPEN_BADGES}>{inside}</svg>'.encode()


def svg_of_long_names(size: int) -> bytes:
    """Return a drawing whose every element has a name of ``size`` letters, written once."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:a="{"x" * size}">'
    return f"{head}{'<a:a/>' * 20_000}</svg>".encode()


def pdf_with(*attached: bytes, password: str = "") -> bytes:
    """Return a PDF that carries these files."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    for number, content in enumerate(attached):
        writer.add_attachment(f"file{number}.bin", content)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def outcome_of(data: bytes) -> str:
    """Return whether a file was read or refused; whatever else happens to it is a fault."""
    try:
        found = unbake(data)
    except Refusal:
        return "refused"
    return "read" if found.form is form_of(data) else "mistaken"


def pdf_bomb(size: int) -> bytes:
    """Return a small PDF with a file that unpacks to ``size`` bytes."""
    stream = zlib.compress(b'{"@context"' + bytes(size), 9)
    parts = (
        b"1 0 obj <</Type /Catalog /Pages 2 0 R /Names <</EmbeddedFiles "
        b"<</Names [(a) 3 0 R]>>>>>> endobj\n2 0 obj <</Type /Pages /Count 0 /Kids []>> endobj\n"
        b"3 0 obj <</Type /Filespec /F (a) /UF (a) /EF <</F 4 0 R>>>> endobj\n"
        b"4 0 obj <</Type /EmbeddedFile /Filter /FlateDecode /Length %d>> stream\n" % len(stream),
        stream,
        b"\nendstream endobj\ntrailer <</Root 1 0 R /Size 5>>\nstartxref\n0\n%%EOF\n",
    )
    return b"%PDF-1.7\n" + b"".join(parts)


def refused(data: bytes) -> str:
    """Return the code with which a file is refused."""
    with pytest.raises(Refusal) as refusal:
        unbake(data)
    assert str(refusal.value).endswith(".")
    return refusal.value.code


@pytest.mark.parametrize(
    ("data", "form", "encoding"),
    [
        (DOCUMENT, CredentialForm.JSON, Encoding.JSON),
        (b"\xef\xbb\xbf \n" + DOCUMENT, CredentialForm.JSON, Encoding.JSON),
        (TOKEN + b"\r\n", CredentialForm.JWT, Encoding.JWT),
        (with_chunk(packed(DOCUMENT)), CredentialForm.PNG, Encoding.JSON),
        (svg_with(f'<o:credential verify="{TOKEN.decode()}"/>'), CredentialForm.SVG, Encoding.JWT),
        (svg_with("<g><o:credential>{&quot;a&quot;: 1}</o:credential></g>"), "svg", Encoding.JSON),
        (pdf_with(b"other", TOKEN, b'{"no": 1}'), CredentialForm.PDF, Encoding.JWT),
    ],
)
def test_the_content_decides_what_a_file_is(
    data: bytes, form: CredentialForm, encoding: Encoding
) -> None:
    """Proves: no name is asked for, and credentials as others write them are found."""
    found = unbake(data)
    assert (found.form, found.encoding) == (form, encoding)
    expected = {Encoding.JWT: TOKEN}.get(encoding, found.credential)
    assert found.credential == expected
    assert found.credential.strip() in data or found.credential in (DOCUMENT, b'{"a": 1}')


@pytest.mark.parametrize("credential", [DOCUMENT, TOKEN], ids=["JSON", "JWT"])
def test_a_certificate_gives_back_what_is_attached_to_it(credential: bytes) -> None:
    """Proves: the PDF is one more form that loses no byte, read in a process of its own."""
    encoding = Encoding.JSON if credential is DOCUMENT else Encoding.JWT
    assert unbake(certificate_pdf(FACE, credential)) == Unbaked(
        form=CredentialForm.PDF, encoding=encoding, credential=credential
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" \n", "badge_empty"),
        (b"{" * (LARGEST_CREDENTIAL + 1), "badge_too_large"),
        (b"{" * (LARGEST_FORM + 1), "badge_too_large"),
        (b"\xff\xd8\xff\xe0", "badge_form_unknown"),
        (b"<html><body/></html>", "badge_form_unknown"),
        (b'["a"]', "badge_form_unknown"),
        (b"a.b", "badge_form_unknown"),
        (png(), "no_credential_inside"),
        (png(openbadges="https://example.org/assertion"), "older_badge_inside"),
        (png()[:-20], "badge_damaged"),
        (png()[:40] + b"\0" + png()[41:], "badge_damaged"),
        (with_chunk(chunk(b"iTXt", b"openbadgecredential")), "badge_damaged"),
        (with_chunk(chunk(b"iTXt", b"openbadgecredential\0\0\0en")), "badge_damaged"),
        (with_chunk(packed(DOCUMENT, method=1)), "badge_damaged"),
        (with_chunk(chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0no zlib")), "badge_damaged"),
        (with_chunk(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0words")), "no_credential_inside"),
        (with_chunk(packed(DOCUMENT), bake_png(png(), TOKEN)), "two_credentials_inside"),
        (SVG, "no_credential_inside"),
        (SVG[:-4], "badge_damaged"),
        (svg_with('<a:assertion xmlns:a="http://openbadges.org"/>'), "older_badge_inside"),
        (svg_with("<o:credential>words</o:credential>"), "no_credential_inside"),
        (svg_with("<o:credential verify='a.b.c'/>" * 2), "two_credentials_inside"),
        (svg_with("<o:credential verify='a.b.c'>{}</o:credential>"), "two_credentials_inside"),
        (b"%PDF-1.7\nno more", "badge_damaged"),
        (artifacts.pdf(1), "no_credential_inside"),
        (pdf_with(DOCUMENT, TOKEN), "two_credentials_inside"),
        (pdf_with(DOCUMENT, password="closed"), "badge_locked"),
    ],
)
def test_every_bad_file_is_called_what_it_is(data: bytes, code: str) -> None:
    """Proves: each has a code of its own and a sentence that says what to do."""
    assert refused(data) == code


@pytest.mark.parametrize(
    ("bomb", "codes"),
    [
        (with_chunk(packed(bytes(500_000_000))), {"badge_too_complex"}),
        (with_chunk(chunk(b"teXt", b"") * (MOST_CHUNKS + 1)), {"badge_too_complex"}),
        (svg_with("<g>" * 5_000 + "</g>" * 5_000), {"badge_too_complex"}),
        (svg_with(f"<o:credential>{'x' * 2_000_000}</o:credential>"), {"badge_too_complex"}),
        (
            b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY b%d "%s">' % (n, b"&a;" * 10) for n in range(9))
            + b"]>"
            + svg_with("&b8;"),
            {"badge_with_doctype"},
        ),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/hostname">' + SVG, {"badge_with_doctype"}),
        (svg_of_long_names(500_000), {"badge_too_complex"}),
        (svg_with("<g/>" * 750_000), {"badge_too_large"}),
        (pdf_bomb(100_000_000), {"badge_too_complex"}),
        (b"%PDF-1.7\n" + b"[" * 3_000_000, {"badge_damaged", "badge_too_complex"}),
    ],
    ids=[
        *("text", "chunks", "depth", "size", "entities", "file", "names", "elements"),
        *("attachment", "nesting"),
    ],
)
def test_no_bomb_costs_more_than_a_moment(bomb: bytes, codes: set[str]) -> None:
    """Proves: what unpacks, nests or repeats without end is given up early, and told so."""
    assert len(bomb) < LARGEST_FORM
    began = time.process_time()
    assert refused(bomb) in codes
    assert time.process_time() - began < 2


def test_a_pdf_within_bounds_is_read_though_its_index_is_wrong() -> None:
    """Proves: the bomb above is refused for its size, not for the way in which it is written."""
    assert unbake(pdf_bomb(1_000)).credential.startswith(b'{"@context"')


def test_a_picture_of_gigantic_size_is_read_like_any_other() -> None:
    """Proves: nothing is decoded, so the stated dimensions cost nothing."""
    header = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)
    picture = png()
    gigantic = picture[:8] + chunk(b"IHDR", header) + picture[33:]
    assert unbake(bake_png(gigantic, DOCUMENT)).credential == DOCUMENT


def test_what_stands_behind_the_picture_is_no_part_of_it() -> None:
    """Proves: a second credential hidden behind the end cannot contradict the first."""
    data = bake_png(png(), DOCUMENT) + packed(TOKEN)
    assert unbake(data).credential == DOCUMENT


def test_a_reader_that_does_not_come_back_is_ended() -> None:
    """Proves: the time for a PDF is bounded from outside, whatever keeps its reader busy."""
    with pytest.raises(Refusal) as refusal:
        attachments.credentials_in(certificate_pdf(FACE, DOCUMENT), timedelta(milliseconds=1))
    assert refusal.value.code == "badge_too_complex"


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_does_anything_but_refuse(data: st.DataObject) -> None:
    """Proves: a picture with any bytes changed or missing is refused, or read; it never breaks."""
    whole = data.draw(st.sampled_from([bake_png(png(), DOCUMENT), bake_svg(SVG, TOKEN), DOCUMENT]))
    at = data.draw(st.integers(0, len(whole)))
    put = data.draw(st.binary(max_size=6))
    cut = data.draw(st.integers(0, 12))
    spoiled = whole[:at] + put + whole[at + cut :]
    assert outcome_of(spoiled) in ("read", "refused")
