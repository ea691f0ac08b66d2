"""A credential goes into a picture once, and comes out byte for byte, whoever reads it."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.baking import (
    ITXT_KEYWORD_OB3,
    SVG_ELEMENT_OB3,
    extract_png,
    extract_svg,
)
from PIL import Image, PngImagePlugin

from adapters.credentials.artwork import plain_badge_png, plain_badge_svg
from adapters.credentials.baking import bake_png, bake_svg
from adapters.credentials.unbaking import unbake
from domain.credential_forms import (
    AlreadyBaked,
    BadgeDamaged,
    BadgeFormUnknown,
    BadgeWithDoctype,
    CredentialForm,
    CredentialNotBakeable,
    Encoding,
    Unbaked,
)
from tests.credentials.faces import DOCUMENT, FACE, TOKEN

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
ENCODINGS = {Encoding.JSON: DOCUMENT, Encoding.JWT: TOKEN}


def png(**how: str) -> bytes:
    """Return a small picture that Pillow wrote, with texts of other kinds in it."""
    texts = PngImagePlugin.PngInfo()
    for keyword, text in how.items():
        texts.add_text(keyword, text)
    content = io.BytesIO()
    Image.new("RGBA", (5, 4), "teal").save(content, "PNG", pnginfo=texts)
    return content.getvalue()


@pytest.mark.parametrize("encoding", Encoding)
def test_a_picture_gives_back_what_was_put_into_it(encoding: Encoding) -> None:
    """Proves: the round trip through our own artwork loses no byte, in both formats."""
    credential = ENCODINGS[encoding]
    for form, baked in (
        (CredentialForm.PNG, bake_png(plain_badge_png(FACE), credential)),
        (CredentialForm.SVG, bake_svg(plain_badge_svg(FACE), credential)),
    ):
        assert unbake(baked) == Unbaked(form=form, encoding=encoding, credential=credential)


@pytest.mark.parametrize("credential", [DOCUMENT, TOKEN], ids=["JSON", "JWT"])
def test_another_library_reads_the_same(credential: bytes) -> None:
    """Proves: programs of others find the credential, and find all of it."""
    text = credential.decode()
    from_png = extract_png(bake_png(png(), credential), keyword=ITXT_KEYWORD_OB3)
    from_svg = extract_svg(bake_svg(SVG, credential), element=SVG_ELEMENT_OB3, text_fallback=True)
    assert from_png == text
    assert from_svg is not None
    assert from_svg.strip() == text.strip()  # it leaves out the line's end


def test_the_picture_stays_as_it_was() -> None:
    """Proves: baking inserts one uncompressed text, behind the header, and touches nothing else."""
    plain = png(Author="A Programme")
    baked = bake_png(plain, DOCUMENT)
    length = len(baked) - len(plain)
    assert baked[:33] + baked[33 + length :] == plain
    with Image.open(io.BytesIO(baked)) as picture:
        picture.load()
        texts = dict(picture.info)
    assert texts["openbadgecredential"] == DOCUMENT.decode()
    assert texts["Author"] == "A Programme"


def test_the_drawing_keeps_its_elements_and_begins_with_the_credential() -> None:
    """Proves: the credential is the root's first child, its namespace declared on the root."""
    baked = bake_svg(SVG, TOKEN).decode()
    assert re.sub(r"<openbadges:credential [^>]*/>| xmlns:openbadges=\"[^\"]*\"", "", baked) == (
        SVG.decode()
    )
    assert baked.index("<openbadges:credential") == baked.index(">") + 1


@pytest.mark.parametrize(
    "root",
    [
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://example.org/other">',
        '<svg xmlns="http://www.w3.org/2000/svg" '
        "xmlns:openbadges='https://purl.imsglobal.org/ob/v3p0'>",
        '<svg xmlns="http://www.w3.org/2000/svg" aria-label="1 > 0" >',
        '<?xml version="1.0"?><!-- <svg> --><svg xmlns="http://www.w3.org/2000/svg"\n>',
    ],
    ids=["prefix taken", "prefix ours", "a > in a value", "words before"],
)
def test_every_way_to_write_a_root_is_met(root: str) -> None:
    """Proves: baking goes by the rules of XML, not by the look of one program's drawings."""
    baked = bake_svg(f"{root}<g/></svg>".encode(), DOCUMENT)
    assert unbake(baked).credential == DOCUMENT


def test_a_picture_takes_one_credential() -> None:
    """Proves: what has one, of this standard or the older one, is refused; so are the wrong."""
    older = b'<svg xmlns="http://www.w3.org/2000/svg"><a:assertion xmlns:a="http://openbadges.org"/></svg>'
    with pytest.raises(AlreadyBaked):
        bake_png(bake_png(png(), DOCUMENT), TOKEN)
    with pytest.raises(AlreadyBaked):
        bake_png(png(openbadges="https://example.org/assertion"), TOKEN)
    for taken in (bake_svg(SVG, DOCUMENT), older):
        with pytest.raises(AlreadyBaked):
            bake_svg(taken, TOKEN)


def test_what_is_no_picture_takes_none() -> None:
    """Proves: nothing is baked into a broken picture, another format, or a drawing with a DTD."""
    for broken in (png()[:-3], b"", SVG):
        with pytest.raises(BadgeDamaged):
            bake_png(broken, DOCUMENT)
    with pytest.raises(BadgeDamaged):
        bake_svg(b'<svg xmlns="http://www.w3.org/2000/svg"/>', DOCUMENT)
    with pytest.raises(BadgeFormUnknown):
        bake_svg(b"<html/>", DOCUMENT)
    with pytest.raises(BadgeWithDoctype):
        bake_svg(b"<!DOCTYPE svg>" + SVG, DOCUMENT)


@pytest.mark.parametrize(
    "credential", [b"", b"<xml/>", b"{\xff}", b'{"a":"\xed\xa0\x80"}'], ids=repr
)
def test_what_is_no_credential_is_not_baked(credential: bytes) -> None:
    """Proves: only JSON and JWT in UTF-8 are put into pictures."""
    for bake, picture in ((bake_png, png()), (bake_svg, SVG)):
        with pytest.raises(CredentialNotBakeable):
            bake(picture, credential)


@pytest.mark.parametrize("letter", ["\r", "\x0b", "\uffff"], ids=repr)
def test_a_drawing_refuses_what_it_would_change(letter: str) -> None:
    """Proves: bytes that XML would alter are refused rather than altered; a PNG carries them."""
    credential = f'{{"a":"{letter}"}}'.encode()
    with pytest.raises(CredentialNotBakeable):
        bake_svg(SVG, credential)
    assert unbake(bake_png(png(), credential)).credential == credential


@settings(max_examples=60)
@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\uffff\ufffe"))
)
def test_no_text_is_changed_on_its_way(text: str) -> None:
    """Proves: whatever letters a credential has, both pictures give them back."""
    credential = f'{{"a":"{text}"}}'.encode()
    assert unbake(bake_png(png(), credential)).credential == credential
    assert unbake(bake_svg(SVG, credential)).credential == credential
