"""Trap 19: links that die from being opened, or that open more than their task, for too long.

A fresh one on request: ``tests/portal/test_sign_in.py``.
"""

from domain.enrollment import Stage
from tests.house import OPS, House
from tests.portal.served import Portal


async def test_opening_a_verification_link_changes_nothing_and_its_button_verifies(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a scanner that opens the link verifies nobody; the person's own press does."""
    enrollment_id = await house.enrolled(library)
    person_id = await portal.site.access.owner_of(enrollment_id) or ""
    address = portal.site.links.link("verify", person_id, enrollment_id)
    browser = portal.browser()
    for _ in range(3):
        await browser.get(address)
    assert (await house.row(enrollment_id)).stage == Stage.VERIFYING
    assert await browser.post(address) == f"/my/{enrollment_id}"
    await house.until_stage(enrollment_id, Stage.WORKING)
    await browser.get(f"/my/{enrollment_id}")


async def test_a_link_of_somebody_else_or_a_changed_one_opens_nothing(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the signature binds page, subject and recipient; a refusal says what to do."""
    enrollment_id = await house.enrolled(library)
    address = portal.site.links.link("verify", "somebody", enrollment_id)
    browser = portal.browser()
    await browser.get(address.replace("/verify/", "/portal/"), status=404)
    assert "fresh one" in browser.text
    await browser.get(address[:-3], status=404)


async def test_nobody_sees_the_journey_of_somebody_else(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: rights are checked on the object: a signed-in stranger meets "no such enrollment"."""
    mine, theirs = await house.enrolled(library), await house.enrolled(library)
    browser = await portal.practitioner(mine)
    await browser.get(f"/my/{mine}")
    await browser.get(f"/my/{theirs}", status=404)


async def test_a_form_of_another_site_is_refused(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a form without our token, or from a foreign page, does nothing."""
    browser = await portal.practitioner(await house.enrolled(library))
    for headers in ({"sec-fetch-site": "cross-site"}, {}):
        data = {"face": "practitioner", "form_token": browser.token if headers else "made-up"}
        answer = await browser.client.post("/sign-out", data=data, headers=headers)
        assert answer.status_code == 403
    await browser.post("/sign-out", face="practitioner")
    await browser.get("/my", status=401)


async def test_a_link_to_an_offer_is_good_while_the_round_is_theirs(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: opened as often as a scanner likes, an offer's link lets its assessor in while they
    have the round; once it went to somebody else, the old mail lets nobody in.
    """
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    address = portal.site.links.link("offers", assessor.id, enrollment_id)
    browser = portal.browser()
    for _ in range(2):
        await browser.get(address)
    assert (await house.row(enrollment_id)).stage == Stage.OFFERED
    assert await browser.post(address) == f"/assessing/offers/{enrollment_id}"
    await house.hire(library)
    await house.assessor.decline(assessor.id, enrollment_id, OPS)
    stranger = portal.browser()
    await stranger.get(address, status=403)
    assert "Sign in to see the work" in stranger.text
    await stranger.post(address, status=403)
    await stranger.get("/assessing", status=401)


async def test_a_link_that_was_used_before_still_lets_its_owner_in(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: pressing the button of a verification mail again, months later, is no dead end."""
    enrollment_id = await house.working(library)
    person_id = await portal.site.access.owner_of(enrollment_id) or ""
    for page in ("verify", "portal"):
        address = portal.site.links.link(page, person_id, enrollment_id)
        browser = portal.browser()
        await browser.get(address)
        assert await browser.post(address) == f"/my/{enrollment_id}"
