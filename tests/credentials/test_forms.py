"""Badge, certificate, code and card: what they say, for whom they can be read, what they cost."""

import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import typst
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from adapters.credentials import certificate_pdf, qr, typesetting
from adapters.credentials.artwork import colours_of, plain_badge_png, plain_badge_svg
from adapters.credentials.card import CARD_HEIGHT, CARD_WIDTH
from adapters.credentials.forms import CredentialForms
from adapters.credentials.typesetting import STAND_IN, Typeface
from adapters.credentials.unbaking import unbake
from domain.catalog import TITLE_LIMIT
from domain.credential_forms import (
    FILE_NAMES,
    MEDIA_TYPES,
    CredentialFace,
    CredentialForm,
    CredentialNotBakeable,
)
from tests.credentials.faces import ADDRESS, DOCUMENT, FACE

FORMS = CredentialForms()
KINDS: dict[str, Callable[[CredentialFace, bytes], bytes]] = {
    "png": FORMS.badge_png,
    "svg": FORMS.badge_svg,
    "pdf": FORMS.certificate_pdf,
    "card": lambda face, _: FORMS.card_png(face),
}
LONG = "Responsive " * 26
EVERY_LETTER = "Ελένη Зоя محمد שלום अमित Łuk Ánh"


def certificate(**changes: object) -> PdfReader:
    """Return the certificate of the sample face with these changes."""
    return PdfReader(io.BytesIO(FORMS.certificate_pdf(FACE.model_copy(update=changes), DOCUMENT)))


def text_of(reader: PdfReader) -> str:
    """Return all that stands on the pages, in single spaces."""
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def picture(png: bytes) -> Image.Image:
    """Return a picture, decoded."""
    with Image.open(io.BytesIO(png)) as opened:
        opened.load()
        return opened.convert("RGBA")


def codes_in(image: Image.Image) -> list[str]:
    """Return what a phone reads in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_face_gives_the_same_bytes(kind: str) -> None:
    """Proves: a form that is made again is the one that was made, so caches and hashes hold."""
    assert KINDS[kind](FACE, DOCUMENT) == KINDS[kind](FACE.model_copy(deep=True), DOCUMENT)


@pytest.mark.parametrize(
    "title", ["Short", LONG.strip()[:TITLE_LIMIT], "W" * TITLE_LIMIT, "张伟 🎉"]
)
def test_every_title_stays_on_its_badge(title: str) -> None:
    """Proves: a title of any length leaves the ring of the medal, and its corners, untouched."""
    shown = picture(plain_badge_png(FACE.model_copy(update={"title": title})))
    usual = picture(plain_badge_png(FACE))
    assert shown.size == usual.size == (800, 800)
    outside = Image.new("L", shown.size, 255)
    ImageDraw.Draw(outside).ellipse((124, 124, 676, 676), fill=0)  # the white of the medal
    black = Image.new("RGBA", shown.size)
    assert (
        Image.composite(shown, black, outside).tobytes()
        == Image.composite(usual, black, outside).tobytes()
    )
    assert shown.tobytes() != usual.tobytes()
    assert shown.getpixel((0, 0)) == (0, 0, 0, 0)


def test_the_drawing_has_a_name_for_those_who_do_not_see_it() -> None:
    """Proves: letters are shapes in it, so it needs no font and carries its words as a title."""
    face = FACE.model_copy(update={"title": 'Title <with> "signs" & 张伟'})
    drawing = plain_badge_svg(face)
    name = html.escape(f"Badge: {face.title}, {face.issuer}").encode()
    assert re.match(rb'<svg [^>]* role="img" aria-label="([^"]*)"><title>\1</title>', drawing)
    assert name in drawing
    assert b"<text" not in drawing
    assert b"url(" not in drawing.replace(b"url(#", b"")
    assert not re.search(rb'href="(?!#)', drawing)


def test_every_library_has_its_colour() -> None:
    """Proves: the two libraries differ, and one that nobody knew has a colour that stays."""
    assert colours_of("general") != colours_of("missouri") != colours_of("district-seven")
    assert colours_of("district-seven") == colours_of("district-seven")
    badges = {plain_badge_png(FACE.model_copy(update={"library": each})) for each in "abcdefgh"}
    assert len(badges) > 2


def test_a_phone_reads_the_code() -> None:
    """Proves: picture and drawing lead to the address, with the margin that readers ask for."""
    assert codes_in(picture(qr.qr_png(ADDRESS))) == [ADDRESS]
    small = picture(qr.qr_png(ADDRESS, pixels=2))
    assert codes_in(small) == [ADDRESS]
    edge = small.crop((0, 0, small.width, 2 * qr.QUIET_ZONE)).convert("L")
    assert edge.getextrema() == (255, 255)
    sides = f"0 0 {small.width // 2} {small.height // 2}"
    assert f'viewBox="{sides}"'.encode() in qr.qr_svg(ADDRESS)


def test_the_certificate_says_what_was_earned() -> None:
    """Proves: one page with name, title, outcomes with their details, hours, date and address."""
    reader = certificate()
    text = text_of(reader)
    assert len(reader.pages) == 1
    details = [each for outcome in FACE.outcomes for each in (outcome.text, *outcome.details)]
    for said in (
        *(FACE.title, "Zoë Example-Nováková", FACE.issuer, FACE.programme, ADDRESS, *details),
        *("10 hours of professional development", "Awarded Tue 24 Nov 2026, 17:00 CST"),
        *(FACE.library_name, "met", "credential.json"),
    ):
        assert said in text
    assert STAND_IN not in text


def test_the_certificate_carries_the_credential() -> None:
    """Proves: another library finds the signed bytes attached, all of them and nothing else."""
    reader = certificate()
    assert dict(reader.attachments) == {"credential.json": [DOCUMENT]}
    (attached,) = reader.attachment_list
    assert attached.subtype == "/application/vc+ld+json"
    assert attached.associated_file_relationship == "/Data"


def test_the_certificate_can_be_kept_and_read_aloud() -> None:
    """Proves: it says PDF/A-3b and PDF/UA-1, is tagged, named, dated and in a language."""
    reader = certificate()
    root = reader.root_object
    metadata = root["/Metadata"].get_data()  # type: ignore[attr-defined]
    for said in (b"<pdfaid:part>3<", b"<pdfaid:conformance>B<", b"<pdfuaid:part>1<"):
        assert said in metadata
    marked = root["/MarkInfo"]
    assert isinstance(marked, DictionaryObject)
    assert marked["/Marked"]
    assert str(root["/Lang"]) == "en-US"
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == f"Certificate: {FACE.title}, earned by {FACE.recipient}"
    assert reader.metadata.creation_date == FACE.issued_at


def test_the_code_on_the_certificate_leads_to_the_page() -> None:
    """Proves: what is drawn on the paper is the code of this credential's address."""
    typeface = Typeface(needs_system_fonts=False, missing=frozenset())
    page = typst.compile(
        typesetting._source("certificate.typ"),
        format="png",
        ppi=100,
        ignore_system_fonts=True,
        sys_inputs={
            "given": certificate_pdf._certificate(FACE, typeface).model_dump_json(),
            "attached": "{}",
        },
    )
    assert codes_in(picture(page)) == [ADDRESS]
    (link,) = {
        str(note.get_object()["/A"]["/URI"])
        for note in certificate().pages[0]["/Annots"]  # type: ignore[attr-defined]
    }
    assert link == ADDRESS


def test_words_are_never_markup() -> None:
    """Proves: what looks like a command of the typesetter is printed as it stands."""
    name = "#set page(width: 1pt) *bold* $x$ @ref <label> \\ // `raw`"
    title = '= Head #image("x.svg") #{1+1}'
    text = text_of(certificate(recipient=name, title=title))
    assert name in text
    assert title in text


def test_many_outcomes_take_more_pages() -> None:
    """Proves: nothing is cut off; the pages are numbered and the address stands at the end."""
    many = tuple(
        FACE.outcomes[0].model_copy(update={"number": number, "text": f"Outcome number {number}."})
        for number in range(1, 31)
    )
    reader = certificate(outcomes=many)
    text = text_of(reader)
    assert len(reader.pages) > 2
    assert all(each.text in text for each in many)
    assert f"Page 1 of {len(reader.pages)}" in text
    assert ADDRESS in text.partition("Outcome number 30.")[2]


def test_a_certificate_without_a_name_or_hours_names_neither() -> None:
    """Proves: what is not to be shown leaves no gap in a sentence, and no trace in the file."""
    pdf = certificate(recipient=None, pd_hours=0, outcomes=(), expires="Wed 24 Nov 2027")
    text = text_of(pdf)
    assert "The holder of this certificate" in text
    assert "valid until Wed 24 Nov 2027" in text
    assert "hour" not in text
    assert "Zoë" not in f"{text}{pdf.metadata}"


def test_a_credential_that_is_no_text_is_refused() -> None:
    """Proves: nothing is attached that would not come out as it went in."""
    with pytest.raises(CredentialNotBakeable):
        FORMS.certificate_pdf(FACE, b"{\xff}")


def test_names_of_many_scripts_are_printed_whole() -> None:
    """Proves: Greek, Cyrillic, Arabic, Hebrew, Devanagari and accents need nothing of the house."""
    typeface = Typeface.for_words([EVERY_LETTER])
    assert typeface == Typeface(needs_system_fonts=False, missing=frozenset())
    text = text_of(certificate(recipient=EVERY_LETTER))
    assert STAND_IN not in text
    assert "Ελένη Зоя" in text


@pytest.mark.parametrize(
    "name", ["\ufdd0 Wei", "E\x07vil\u202e name", "x" * 200, "Ana " * 50, "\u0e01\u0302\u20dd"]
)
def test_every_name_gets_its_certificate(name: str) -> None:
    """Proves: letters that no font has, turned lines and too many letters keep nobody out."""
    reader = certificate(recipient=name)
    assert len(reader.pages) == 1
    assert dict(reader.attachments)["credential.json"] == [DOCUMENT]


def test_a_letter_without_a_font_is_stood_in_for_and_told() -> None:
    """Proves: a gap is seen as one, the paper says so, and the file's own title has the name."""
    reader = certificate(recipient="Wei \ufdd0")  # never a letter, so that no house has a font
    text = text_of(reader)
    assert f"Wei {STAND_IN}" in text
    assert "stands for a letter that could not be printed here" in text
    assert "stands for a letter" not in text_of(certificate())
    assert Typeface.for_words(["a\u202eb"]).printable("a\u202eb") == "a b"


def test_a_typeface_that_was_wrong_still_gives_a_certificate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Proves: if letters that were thought to have a font have none, only Latin ones are kept."""
    full = Typeface(needs_system_fonts=False, missing=frozenset())
    monkeypatch.setattr(Typeface, "for_words", classmethod(lambda cls, words: full))
    assert f"Wei {STAND_IN}" in text_of(certificate(recipient="Wei \ufdd0"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_no_name_keeps_the_paper_from_being_made(name: str) -> None:
    """Proves: whatever a name is made of, the certificate is there, and the credential in it."""
    face = FACE.model_copy(update={"recipient": name, "title": name[::-1]})
    assert (
        DOCUMENT
        in PdfReader(io.BytesIO(FORMS.certificate_pdf(face, DOCUMENT))).attachments[
            "credential.json"
        ]
    )


def test_the_card_has_the_size_that_networks_show_and_names_nobody_unasked() -> None:
    """Proves: the name is on the card only if the face has it, and any title fits."""
    nameless = FACE.model_copy(update={"recipient": None})
    other = FACE.model_copy(update={"recipient": "Somebody Else"})
    cards = [FORMS.card_png(face) for face in (FACE, nameless, other)]
    assert len(set(cards)) == 3
    hidden = nameless.model_copy(update={"outcomes": (), "awarded": "", "pd_hours": 0})
    assert FORMS.card_png(hidden) == cards[1]
    for card in (*cards, FORMS.card_png(FACE.model_copy(update={"title": "W" * TITLE_LIMIT}))):
        assert picture(card).size == (CARD_WIDTH, CARD_HEIGHT)
        assert len(card) < 600_000  # networks refuse a few megabytes, and phones pay for them


def test_every_form_has_a_type_and_a_name() -> None:
    """Proves: no form can be given away without saying what it is."""
    assert set(MEDIA_TYPES) == set(FILE_NAMES) == set(CredentialForm)
    assert len(set(FILE_NAMES.values())) == len(CredentialForm)


def test_the_forms_carry_the_credential_and_the_card_does_not() -> None:
    """Proves: what is given away can be checked; what is only looked at claims nothing."""
    for form, make in (
        (CredentialForm.PNG, FORMS.badge_png),
        (CredentialForm.SVG, FORMS.badge_svg),
    ):
        found = unbake(make(FACE, DOCUMENT))
        assert (found.form, found.credential) == (form, DOCUMENT)
    assert b"openbadge" not in FORMS.card_png(FACE)
    assert FACE.issued_at == datetime(2026, 11, 24, 23, 0, 5, tzinfo=UTC)
