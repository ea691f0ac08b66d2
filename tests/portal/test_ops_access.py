"""The pages of access: operations' people, sessions, keys for programs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from sqlalchemy import select

from adapters.records.api_tables import ApiKeyRow
from adapters.records.portal_tables import SessionRow, StaffRow
from adapters.records.session_book import Means
from domain.api_keys import ApiKey, Scope
from domain.enrollment import Party
from domain.values import opaque_id
from portal.operations.access import WORDS
from portal.operations.keys import KEY_ACTS, SCOPE_WORDS
from tests.house import OPS, House
from tests.portal.browsing import page_of
from tests.portal.crawling import is_too_wide, violations_of
from tests.portal.served import Browser, Portal

WHY = "Agreed in the morning meeting."


def press_in(page: str) -> str:
    """Return what tells a second press of the form from another form."""
    found = re.search(r'name="press" value="(\w+)"', page)
    assert found is not None
    return found[1]


async def test_a_key_is_made_shown_once_used_and_revoked(portal: Portal) -> None:
    """Proves: by forms alone: the secret stands in the answer of the making and nowhere else, works
    for what was ticked until the last day is over, and opens nothing once it is revoked.
    """
    browser = await portal.operations()
    page = await browser.get("/ops/keys")
    today = datetime.now(UTC).astimezone(portal.site.zone).date()
    fields = {
        "name": "District portal",
        "scopes": [Scope.JOURNEYS_READ.value, Scope.REPORTS_READ.value],
        "last_day": str(today),
        "reason": WHY,
        "press": press_in(page),
    }
    shown = await browser.post("/ops/keys", status=200, **fields)
    assert browser.last is not None
    assert browser.last.headers["cache-control"] == "no-store"
    (secret,) = set(re.findall(r"laurel_[\w-]{43}", shown))
    assert secret not in str(browser.client.cookies)
    again = await browser.post("/ops/keys", status=409, **fields)
    assert secret not in again

    listed = await browser.get("/ops/keys")
    assert secret not in listed
    key = await kept_key(portal, "District portal", secret)
    assert key.scopes == {Scope.JOURNEYS_READ, Scope.REPORTS_READ}
    assert key.ends_at is not None
    assert key.ends_at.astimezone(portal.site.zone).date() == today + timedelta(days=1)

    headers = {"authorization": f"Bearer {secret}"}
    assert (await browser.client.get("/api/v1/board", headers=headers)).status_code == 200
    assert (await browser.client.get("/api/v1/orders", headers=headers)).status_code == 403
    await browser.get("/ops/keys")
    assert "last used" in browser.text
    await browser.post(f"/ops/keys/{key.id}/revoke", reason=WHY)
    await browser.get("/ops/keys")
    assert f"District portal was revoked by {await own_name(portal, browser)}" in browser.text
    assert (await browser.client.get("/api/v1/board", headers=headers)).status_code == 401
    await browser.post(f"/ops/keys/{key.id}/revoke", reason=WHY)
    await browser.post("/ops/keys/unknown/revoke", status=404, reason=WHY)


async def kept_key(portal: Portal, name: str, secret: str) -> ApiKey:
    """Return the one key of a name, of which nothing is recorded that would open anything."""
    (key,) = [each for each in await portal.site.api_keys.everything() if each.name == name]
    async with portal.house.database.reading() as session:
        row = await session.get_one(ApiKeyRow, key.id)
        assert secret not in str(vars(row))
    return key


async def own_name(portal: Portal, browser: Browser) -> str:
    """Return the name under which a browser of operations acts."""
    secret = browser.client.cookies["laurel_ops"]
    visitor = await portal.site.sessions.visitor(Party.OPS, secret, datetime.now(UTC))
    assert visitor is not None
    return visitor.name


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Name the program"),
        ({"scopes": []}, "Choose at least one"),
        ({"last_day": "2020-01-01"}, "today or a later day"),
        ({"last_day": "9999-12-31"}, "today or a later day"),
        ({"reason": ""}, "Say in a few words"),
    ],
)
async def test_a_refused_key_keeps_what_was_typed(
    portal: Portal, fields: dict[str, object], sentence: str
) -> None:
    """Proves: the form comes back with the sentence at its field and everything else as it was."""
    browser = await portal.operations()
    typed = {"name": "Typed well", "scopes": ["roster:read"], "reason": WHY, "press": "p"}
    page = await browser.post("/ops/keys", status=422, **{**typed, **fields})
    assert sentence in browser.text
    assert 'aria-invalid="true"' in page or "scopes-wrong" in page
    assert ('value="roster:read" checked' in page) == ("scopes" not in fields)
    assert "Typed well" not in [each.name for each in await portal.site.api_keys.everything()]


async def test_a_colleague_is_added_switched_off_and_on(portal: Portal) -> None:
    """Proves: who is added may sign in; who is switched off is signed out of every browser at once
    and lets nobody in; each step is kept with its reason; nobody switches themselves off.
    """
    browser = await portal.operations()
    new: dict[str, Any] = {
        "name": "New Colleague",
        "address": "New.Colleague@Example.org",
        "reason": WHY,
    }
    await browser.get(await browser.post("/ops/staff", **new))
    assert "code that is mailed to new.colleague@example.org" in browser.text
    await browser.post("/ops/staff", **new)
    staff_id = opaque_id("o", "new.colleague@example.org")
    theirs = await portal.signed_in(Party.OPS, staff_id)
    await theirs.get("/ops/staff")

    await browser.post(f"/ops/staff/{staff_id}/switch-off", reason=WHY)
    await theirs.get("/ops/staff", status=401)
    assert (await row_of(portal, staff_id)).is_active is False
    async with portal.house.database.reading() as session:
        ends = select(SessionRow.ended_at).where(SessionRow.subject_id == staff_id)
        assert None not in list(await session.scalars(ends))
    await browser.post(f"/ops/staff/{staff_id}/switch-off", reason=WHY)
    await browser.post(f"/ops/staff/{staff_id}/switch-on", reason=WHY)
    await theirs.get("/ops/staff", status=401)
    await browser.get("/ops/staff")
    for step in ("was added", "was switched off", "was switched on"):
        assert browser.text.count(f"New Colleague {step} by") == 1

    own_id = await own_staff_id(portal, browser)
    await browser.post(f"/ops/staff/{own_id}/switch-off", status=403, reason=WHY)
    assert "Nobody switches themselves off" in browser.text
    await browser.post("/ops/staff/unknown/switch-off", status=404, reason=WHY)
    await browser.post(f"/ops/staff/{staff_id}/switch-off", status=422, reason=" ")
    assert (await row_of(portal, staff_id)).is_active


async def row_of(portal: Portal, staff_id: str) -> StaffRow:
    """Return somebody of operations as they are recorded."""
    async with portal.house.database.reading() as session:
        return await session.get_one(StaffRow, staff_id)


async def own_staff_id(portal: Portal, browser: Browser) -> str:
    """Return whose browser of operations it is."""
    secret = browser.client.cookies["laurel_ops"]
    visitor = await portal.site.sessions.visitor(Party.OPS, secret, datetime.now(UTC))
    assert visitor is not None
    return visitor.subject_id


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"name": ""}, "Write the name"), ({"address": "nowhere"}, "This is not an e-mail address")],
)
async def test_a_refused_colleague_keeps_what_was_typed(
    portal: Portal, fields: dict[str, str], sentence: str
) -> None:
    """Proves: nobody has to type it all again."""
    browser = await portal.operations()
    typed = {"name": "Typed Well", "address": "typed@example.org", "reason": WHY}
    page = await browser.post("/ops/staff", status=422, **{**typed, **fields})
    assert sentence in browser.text
    assert WHY in page


async def test_somebodys_sessions_are_found_and_ended(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: operations see where somebody is signed in, end one browser or all, with a reason,
    and the browser is out at once; what is drafted stays theirs.
    """
    enrollment_id = await house.enrolled(library)
    address = (await house.learner_of(enrollment_id)).address
    first, second, third = [await portal.practitioner(enrollment_id) for _ in range(3)]
    browser = await portal.operations()
    page = await browser.get(f"/ops/sessions?address={address.upper()}")
    sessions = re.findall(r'name="session_id" value="(\w{64})"', page)
    own = [each for each in sessions if await owner_of(portal, each) == Party.PRACTITIONER]
    assert len(own) == 3
    assert first.client.cookies["laurel_my"] not in page

    await browser.post("/ops/sessions/end", session_id=own[0], reason=WHY)
    await browser.post("/ops/sessions/end", status=404, session_id=own[0], reason=WHY)
    assert sorted([await status_of(each) for each in (first, second, third)]) == [200, 200, 401]
    person_id = await portal.site.access.owner_of(enrollment_id)
    ending: dict[str, Any] = {"party": "practitioner", "subject_id": person_id, "reason": WHY}
    await browser.get(await browser.post("/ops/sessions/end-all", **ending))
    assert "signed out of 2 browsers" in browser.text
    assert "was signed out everywhere by" in browser.text
    assert {await status_of(each) for each in (first, second, third)} == {401}
    await browser.get(f"/ops/sessions?address={address}")
    assert "is signed in now" in browser.text
    await browser.get("/ops/sessions?address=nowhere", status=422)


async def owner_of(portal: Portal, session_id: str) -> str:
    """Return in which role a session is."""
    async with portal.house.database.reading() as session:
        return (await session.get_one(SessionRow, session_id)).party


async def status_of(browser: Browser) -> int:
    """Return how the practitioner's first page answers."""
    return (await browser.client.get("/my")).status_code


def test_every_scope_and_every_act_has_its_words() -> None:
    """Proves: nobody ticks a box without knowing what it opens."""
    assert set(SCOPE_WORDS) == set(Scope)
    assert set(KEY_ACTS) <= set(WORDS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_are_readable_by_everybody(
    house: House, portal: Portal, chromium: Chromium, library: str, scheme: str
) -> None:
    """Proves: with something on each list, opened and refused, axe finds nothing, in both schemes,
    and a phone shows them without moving sideways.
    """
    await portal.site.api_keys.make("A long name " * 8, frozenset(Scope), None, OPS)
    enrollment_id = await house.enrolled(library)
    address = (await house.learner_of(enrollment_id)).address
    person_id = await portal.site.access.owner_of(enrollment_id)
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"
    at = datetime.now(UTC)
    await portal.site.sessions.begin(Party.PRACTITIONER, person_id or "", Means.LINK, agent, at)
    own_id = await portal.site.staff.add("Keeper of keys", "keeper@example.org", OPS)
    size = {"width": 390, "height": 844}
    async with page_of(
        chromium, portal, Party.OPS, own_id, color_scheme=scheme, viewport=size
    ) as page:
        for path in ("/ops/staff", f"/ops/sessions?address={address}", "/ops/keys", "/api/v1"):
            await page.goto(path)
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert await violations_of(page) == [], path
            assert not await is_too_wide(page), path
        await page.goto("/ops/keys")
        await page.fill("#name", "Wide")
        await page.fill("form[action='/ops/keys'] #reason", WHY)
        await page.click("text=Make it and show its secret")
        assert await page.text_content("#scopes-wrong")
        assert await violations_of(page) == []
        await page.check("input[value='reports:read']")
        await page.click("text=Make it and show its secret")
        await page.wait_for_selector("code.secret")
        assert await violations_of(page) == []
        assert not await is_too_wide(page)
