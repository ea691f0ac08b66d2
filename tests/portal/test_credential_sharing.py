"""Your credential: its states, what others see of it, and where it can be shown."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.records.credential_values import CredentialView
from adapters.records.round_tables import AwardRow
from adapters.records.sharing_book import SharingBook
from domain.sharing import UNCHOSEN, Visibility
from portal.practitioner.credential import VISIBILITIES
from tests.house import OPS, House
from tests.portal.credentials import awarded, issuing
from tests.portal.public_pages import carried
from tests.portal.served import Portal


@pytest.fixture(scope="module")
async def one(house: House) -> CredentialView:
    """A credential that counts."""
    return await awarded(house, "credential-sharing")


async def test_the_result_leads_to_the_credential_with_its_files(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: from the result to the credential, whose holder is named, with address and files."""
    here = f"/my/{one.enrollment_id}"
    async with issuing(house) as site:
        browser = await site.holder(portal, one.enrollment_id)
        assert f'href="{here}/credential"' in await browser.get(f"{here}/result")
        source = await browser.get(f"{here}/credential")
        address = site.site.addresses.credential(one.id)
    assert "This credential is genuine" in browser.text
    assert "It names Learner Nr" in browser.text
    assert address in browser.text
    for name in ("certificate.pdf", "badge.png", "badge.svg", "badge.json", "badge.jwt"):
        assert f"/credentials/{one.id}/{name}" in source


async def test_choices_hold_at_once_and_survive_a_reissue(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the form shows what holds, changes it, says what followed, and a credential that is
    issued anew is shown as its holder chose before.
    """
    view = await awarded(house, library)
    here = f"/my/{view.enrollment_id}/credential"
    async with issuing(house) as site:
        browser = await site.holder(portal, view.enrollment_id)
        hidden = carried(await browser.get(here))
        assert hidden["version"] == "0"
        leads_to = await browser.post(
            f"{here}/sharing", visibility="link", gives_files="true", version="0"
        )
        source = await browser.get(leads_to)
        assert "Your name is shown too" in browser.text
        assert 'name="shows_name" value="true" checked' in source
        assert 'name="shows_details" value="true" checked' not in source
        new = (await house.credentials.reissue(view.id, OPS)).replacement_id
        stranger = site.browser()
        await stranger.get(f"/credentials/{new}")
        assert "Earned by Learner Nr" in stranger.text
        await browser.get(here)
        assert "Earlier ones" in browser.text


async def test_an_older_window_changes_nothing_unseen(
    house: House, portal: Portal, one: CredentialView
) -> None:
    """Proves: choices that were based on older ones are not kept, and that is said."""
    book = SharingBook(house.database)
    before = await book.sharing(one.enrollment_id)
    here = f"/my/{one.enrollment_id}/credential"
    async with issuing(house) as site:
        browser = await site.holder(portal, one.enrollment_id)
        stale = before.version
        await browser.post(f"{here}/sharing", visibility="private", version=stale)
        leads_to = await browser.post(f"{here}/sharing", visibility="listed", version=stale)
        await browser.get(leads_to)
    assert "changed in another window" in browser.text
    kept = await book.sharing(one.enrollment_id)
    assert (kept.visibility, kept.version) == (Visibility.PRIVATE, stale + 1)


async def test_linkedin_s_form_is_filled_in(house: House, portal: Portal, library: str) -> None:
    """Proves: title, issuer, month, address and number stand in the link, and no name; whoever
    shows the page to nobody, or whose credential does not count, has no such link.
    """
    view = await awarded(house, library)
    here = f"/my/{view.enrollment_id}/credential"
    async with issuing(house) as site:
        browser = await site.holder(portal, view.enrollment_id)
        source = await browser.get(here)
        link = source.split('href="https://www.linkedin.com')[1].split('"')[0]
        asked = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
        local = view.awarded_at.astimezone(site.site.zone)
        await browser.post(f"{here}/sharing", visibility="private", version=0)
        assert "linkedin.com" not in await browser.get(here)
        await browser.post(f"{here}/sharing", visibility="link", version=1)
        await house.credentials.revoke(view.id, OPS)
        assert "linkedin.com" not in await browser.get(here)
    assert asked == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Steady Hands"],
        "organizationName": ["School Leader Micro-Credentials"],
        "issueYear": [str(local.year)],
        "issueMonth": [str(local.month)],
        "certUrl": [f"http://127.0.0.1:8000/credentials/{view.id}"],
        "certId": [view.id],
    }
    assert "revoked Our team took this credential back" in browser.text
    assert OPS.reason not in browser.text


async def test_while_it_is_being_made_the_page_says_so(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: an award without a credential yet has a page that promises it; without an award
    there is no such page, and no choice either.
    """
    enrollment_id = await house.working(library)
    here = f"/my/{enrollment_id}/credential"
    async with issuing(house) as site:
        browser = await site.holder(portal, enrollment_id)
        await browser.get(here, status=404)
        assert "There is no credential yet" in browser.text
        await browser.post(f"{here}/sharing", 404, visibility="link", version=0)
        async with house.database.transaction() as session:
            session.add(
                AwardRow(enrollment_id=enrollment_id, round=1, awarded_at=datetime.now(UTC))
            )
        await browser.get(here)
    assert "Your credential is being made" in browser.text
    assert await SharingBook(house.database).sharing(enrollment_id) == UNCHOSEN


async def test_nobody_chooses_for_somebody_else(
    house: House, portal: Portal, one: CredentialView, library: str
) -> None:
    """Proves: page and choices of another practitioner's credential are not there."""
    other = await house.working(library)
    here = f"/my/{one.enrollment_id}/credential"
    async with issuing(house) as site:
        browser = await site.holder(portal, other)
        await browser.get(here, status=404)
        await browser.post(f"{here}/sharing", 404, visibility="private", version=0)


def test_every_choice_has_its_words() -> None:
    """Proves: a new kind of visibility cannot be forgotten."""
    assert set(VISIBILITIES) == set(Visibility)
