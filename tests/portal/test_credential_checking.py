"""Checking a badge in hand: every form, every lie, and what is made to hurt."""

import base64
import io
import json
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfWriter

from adapters.credentials.baking import bake_png, bake_svg
from adapters.records.credential_values import CredentialView
from domain.credential_forms import CredentialForm
from portal.credentials.checking import FORM_NAMES, MOST_BYTES
from tests.house import OPS, House
from tests.portal.credentials import awarded, issuing
from tests.portal.served import Browser, Portal
from tests.portal.statements import statements_of_visits, writes

VERIFY = "/credentials/verify"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'


@pytest.fixture(scope="module")
async def one(house: House) -> CredentialView:
    """A credential that counts."""
    return await awarded(house, "credential-checking")


@pytest.fixture(autouse=True)
async def _unthrottled(forgotten_tries: None) -> None:
    """Every test begins with all of its tries."""


def as_png(body: bytes) -> bytes:
    """Bake a credential into a small picture."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(picture, "PNG")
    return bake_png(picture.getvalue(), body)


def as_pdf(body: bytes) -> bytes:
    """Attach a credential to an empty paper, as a certificate does."""
    paper, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("credential.json", body)
    writer.write(paper)
    return paper.getvalue()


FORMS: dict[CredentialForm, Callable[[bytes], bytes]] = {
    CredentialForm.JSON: bytes,
    CredentialForm.PNG: as_png,
    CredentialForm.SVG: lambda body: bake_svg(SVG, body),
    CredentialForm.PDF: as_pdf,
}


async def bring(browser: Browser, content: bytes, status: int = 200) -> str:
    """Upload a file under a name that says nothing about it; return what a reader sees."""
    if not browser.token:
        await browser.get(VERIFY)
    browser.last = await browser.client.post(
        VERIFY,
        data={"form_token": browser.token},
        files={"badge": ("x.bin", content, "application/octet-stream")},
    )
    assert browser.last.status_code == status, browser.text
    return browser.text


@pytest.mark.parametrize("form", FORMS, ids=str)
async def test_every_form_is_read_by_its_content(
    house: House, portal: Portal, one: CredentialView, form: CredentialForm
) -> None:
    """Proves: each form leads to the same verdict, whatever its file is called, and names whom the
    file names; nothing of it is kept.
    """
    async with issuing(house) as site:
        body = (await site.kept(one.id)).body
        browser = site.browser()
        await browser.get(VERIFY)
        with statements_of_visits(house.database) as seen:
            text = await bring(browser, FORMS[form](body))
    assert "✓ Genuine" in text
    assert FORM_NAMES[form] in text
    assert "Learner Nr" in text
    assert seen
    assert writes(seen) == []


async def test_a_token_is_checked_too(house: House, portal: Portal, one: CredentialView) -> None:
    """Proves: the VC-JWT of the same credential is genuine, pasted as text."""
    async with issuing(house) as site:
        kept = await site.kept(one.id)
        browser = site.browser()
        await browser.get(VERIFY)
        await browser.post(VERIFY, 200, pasted=f"  {kept.jwt}\n")
    assert "✓ Genuine" in browser.text
    assert FORM_NAMES[CredentialForm.JWT] in browser.text


async def test_what_was_changed_is_not_genuine(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: one changed word, and one changed name, are found."""
    async with issuing(house) as site:
        body, browser = (await site.kept(one.id)).body, site.browser()
        for old, new in ((b"Steady", b"Sturdy"), (b"Learner Nr", b"Another Nr")):
            assert old in body
            assert "Not genuine" in await bring(browser, body.replace(old, new))


async def test_somebody_else_s_badge_is_answered_honestly(
    house: House, portal: Portal, one: CredentialView, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Proves: a portal that has not the issuer's keys says that it does not know the issuer; and
    that somebody who bears the portal's own name without its keys is not who they say.
    """
    other = tmp_path_factory.mktemp("keys-of-others")
    elsewhere = {"keys_dir": other, "programme_name": "Another Programme"}
    async with issuing(house) as site, issuing(house, **elsewhere) as stranger:
        body = (await site.kept(one.id)).body
        text = await bring(stranger.browser(), body)
        assert "Issuer not known" in text
        assert "signed by an issuer that we do not know" in text
    async with issuing(house, keys_dir=other) as namesake:
        assert "Not genuine" in await bring(namesake.browser(), body)


async def test_a_revoked_file_is_revoked(house: House, portal: Portal, library: str) -> None:
    """Proves: the bytes of a credential that was taken back are unchanged, and do not count."""
    view = await awarded(house, library)
    await house.credentials.revoke(view.id, OPS)
    async with issuing(house) as site:
        text = await bring(site.browser(), (await site.kept(view.id)).body)
    assert "Revoked This credential was revoked" in text
    assert OPS.reason not in text


async def test_an_address_of_ours_leads_to_its_page_and_no_other_is_opened(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: our addresses lead on, those of others are refused with what to do instead."""
    async with issuing(house) as site:
        browser = site.browser()
        await browser.get(VERIFY)
        ours = site.site.addresses.credential(one.id)
        for written in (ours, f"{ours}.json", f"{ours}/badge.png"):
            assert await browser.post(VERIFY, pasted=written) == f"/credentials/{one.id}"
        for foreign in ("https://badges.example.org/b/1", "http://[", f"{ours}@evil", "http://x/y"):
            await browser.post(VERIFY, 422, pasted=foreign)
            assert "we open no others" in browser.text
        await browser.post(VERIFY, 422, pasted=" ")
        assert "Choose a file" in browser.text


def deep(levels: int) -> bytes:
    """Return JSON of so many levels."""
    return b'{"a":' * levels + b"1" + b"}" * levels


def bomb() -> bytes:
    """Return a PNG whose text unpacks to far more than it weighs."""
    packed = zlib.compress(b"{" * 60_000_000, 9)
    text = b"openbadgecredential\0\1\0\0\0" + packed
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    kind = b"iTXt" + text
    chunk = len(text).to_bytes(4) + kind + zlib.crc32(kind).to_bytes(4)
    return picture.getvalue()[:33] + chunk + picture.getvalue()[33:]


DOCTYPE = b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "deep": lambda: deep(50_000),
    "wide": lambda: json.dumps({"@context": ["x"] * 20_000, "type": ["y"] * 20_000}).encode(),
    "numbers": lambda: b'{"type":"VerifiableCredential","n":' + b"9" * 5000 + b"}",
    "garbage": lambda: bytes(range(256)) * 50,
    "unclosed": lambda: b'{"@context":',
    "not a badge": lambda: b'{"hello":"<script>alert(1)</script>"}',
    "doctype": lambda: DOCTYPE,
    "png without": lambda: base64.b64decode(b"iVBORw0KGgo=") + b"broken",
    "bomb": bomb,
    "pdf without": lambda: b"%PDF-1.7 nothing",
    "foreign context": lambda: json.dumps(
        {"@context": ["https://evil.example.org/context"], "type": ["OpenBadgeCredential"]}
    ).encode(),
    "nul": lambda: b'{"type":"\x00"}',
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_files_end_in_words(house: House, portal: Portal, name: str) -> None:
    """Proves: whatever is uploaded ends in a refusal or in a verdict, never in a fault of ours."""
    async with issuing(house) as site:
        browser = site.browser()
        await browser.get(VERIFY)
        browser.last = await browser.client.post(
            VERIFY,
            data={"form_token": browser.token},
            files={"badge": ("badge.png", HOSTILE[name](), "image/png")},
        )
    assert browser.last.status_code in {200, 413, 422}, browser.text
    assert "✓ Genuine" not in browser.text
    assert "<script>alert" not in browser.last.text
    assert "Something went wrong" not in browser.text


async def test_size_and_number_are_bounded(house: House, portal: Portal) -> None:
    """Proves: too large a file is turned away before it is read, and so is the sixty-first try."""
    async with issuing(house) as site:
        browser = site.browser(caller="192.0.2.78")
        await browser.get(VERIFY)
        await bring(browser, b"x" * (MOST_BYTES + 1), 413)
        codes = set()
        for _ in range(62):
            browser.last = await browser.client.post(
                VERIFY, data={"form_token": browser.token, "pasted": ""}
            )
            codes.add(browser.last.status_code)
    assert codes == {422, 429}


async def test_a_foreign_form_checks_nothing(house: House, portal: Portal) -> None:
    """Proves: the form is guarded like every other."""
    async with issuing(house) as site:
        answer = await site.browser().client.post(VERIFY, data={"pasted": "{}"})
    assert answer.status_code == 403


def test_every_form_has_a_name() -> None:
    """Proves: a new form cannot be forgotten."""
    assert set(FORM_NAMES) == set(CredentialForm)
