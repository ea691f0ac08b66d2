"""Withdrawing, and correcting one's own address without giving the account away."""

from datetime import UTC, datetime

from adapters.records.address_book import AddressBook
from domain.address_changes import CONFIRM_WITHIN, STOP_WITHIN
from domain.enrollment import Ending, Party, Stage
from tests.house import House
from tests.portal.served import Portal
from tests.portal.test_sign_in import told_by_mail


async def test_withdrawing_needs_a_tick_and_keeps_the_reason(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the page says what it means; without the box nothing happens and the reason stays in
    the form; with it the journey ends in the practitioner's name; pressing twice is harmless.
    """
    enrollment_id = await house.working(library)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/withdraw"
    await browser.get(page)
    assert "Withdrawing is not a refund" in browser.text
    await browser.post(page, 422, reason="We move to another state.")
    assert "tick the box" in browser.text
    assert "We move to another state." in browser.text
    await browser.post(page, 422, reason="not\u202eplain", is_sure="true")
    assert (await house.row(enrollment_id)).ending is None
    for _ in range(2):
        leads_to = await browser.post(page, reason="We move to another state.", is_sure="true")
        assert leads_to == f"/my/{enrollment_id}"
    await house.until_stage(enrollment_id, Stage.ENDED)
    view = await portal.site.desks.views.journey(enrollment_id)
    assert view.ending == Ending.WITHDRAWN
    (line,) = [line for line in view.timeline if line.what == "ended"]
    assert (line.party, line.why) == (Party.PRACTITIONER, "We move to another state.")
    await browser.get(page)
    assert "has ended already" in browser.text


async def test_a_reason_is_asked_for_and_not_demanded(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: nobody has to explain; what is kept then says that nobody did."""
    enrollment_id = await house.working(library)
    browser = await portal.practitioner(enrollment_id)
    await browser.post(f"/my/{enrollment_id}/withdraw", is_sure="true")
    await house.until_stage(enrollment_id, Stage.ENDED)
    (line,) = [
        line
        for line in (await portal.site.desks.views.journey(enrollment_id)).timeline
        if line.what == "ended"
    ]
    assert "gave no reason" in line.why


def another(address: str, name: str = "new") -> str:
    """Return another address of the same mailbox, as a person may have one."""
    return address.replace("@", f"+{name}@")


async def ask(house: House, portal: Portal, enrollment_id: str, new: str) -> tuple[str, str]:
    """Ask for another address; returns the links of the mails to the new and to the old one."""
    old = (await house.learner_of(enrollment_id)).address
    browser = await portal.practitioner(enrollment_id)
    page = f"/my/{enrollment_id}/address"
    assert await browser.post(page, new_address=new) == page
    await browser.get(page)
    assert f"You asked for {new.lower()}" in browser.text
    person_id = (await house.row(enrollment_id)).person_id
    change = await AddressBook(house.database).waiting(person_id, datetime.now(UTC))
    assert change is not None
    link = rf"http://[^/]+(/address/{change.id}/{{act}}/\S+)"
    confirm = await told_by_mail(house, new.lower(), link.format(act="confirm"))
    return confirm, await told_by_mail(house, old, link.format(act="stop"))


async def test_a_new_address_counts_once_it_is_confirmed_from_there(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: asking changes nothing, nor does opening the link; its button does, in the
    practitioner's own name; the mail to the new address names nobody, the one to the old one does
    not give the new one away.
    """
    enrollment_id = await house.working(library)
    await house.all_settled(enrollment_id)
    learner = await house.learner_of(enrollment_id)
    new = another(learner.address)
    confirm, _ = await ask(house, portal, enrollment_id, new.upper())
    to_new = await told_by_mail(house, new, r"(?s)(.*)")
    assert learner.name not in to_new
    to_old = await told_by_mail(house, learner.address, r"(?s)(.*in place of this address.*)")
    assert learner.name in to_old
    assert new not in to_old
    assert "l\u2026@example.org" in to_old
    anyone = portal.browser()
    for _ in range(2):
        await anyone.get(confirm)
    assert (await house.learner_of(enrollment_id)).address == learner.address
    for _ in range(2):
        await anyone.post(confirm, 200)
        assert f"Our mails go to {new} from now on" in anyone.text
    assert (await house.learner_of(enrollment_id)).address == new
    view = await portal.site.desks.views.journey(enrollment_id)
    lines = [line for line in view.timeline if line.what == "address_corrected"]
    assert [line.party for line in lines] == [Party.PRACTITIONER]
    assert [notice.kind for notice in view.notices].count("access") == 1


async def test_what_did_not_arrive_goes_to_the_new_address(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a mail that came back from the old address is sent again to the new one."""
    enrollment_id = await house.working(library)
    await house.all_settled(enrollment_id)
    (access,) = await house.notices(enrollment_id, "access")
    await house.ops.bounced(access.id, "550 no such mailbox")
    learner = await house.learner_of(enrollment_id)
    confirm, _ = await ask(house, portal, enrollment_id, another(learner.address))
    await portal.browser().post(confirm, 200)
    await house.all_settled(enrollment_id)
    again = (await house.notices(enrollment_id, "access"))[-1]
    assert (again.state, again.id != access.id) == ("accepted", True)
    await told_by_mail(house, another(learner.address), r"http://[^/]+(/portal/\S+)")


async def test_a_stolen_session_does_not_take_the_account(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the old address stops a change before or after it was confirmed; the thief is signed
    out, the links that they asked for are dead, and a change of a change goes with it.
    """
    enrollment_id = await house.working(library)
    await house.all_settled(enrollment_id)
    owner = await house.learner_of(enrollment_id)
    thief = await portal.practitioner(enrollment_id)
    confirm, stop = await ask(house, portal, enrollment_id, another(owner.address, "thief"))
    await thief.post(confirm, 200)
    theirs = another(owner.address, "thief2")
    further, _ = await ask(house, portal, enrollment_id, theirs)
    await thief.post(further, 200)
    await thief.post("/sign-in", 200, **{"as": "practitioner", "address": theirs})
    way_in = await told_by_mail(house, theirs, r"http://[^/]+(/enter/\S+)")

    rightful = portal.browser()
    await rightful.get(stop)
    assert (await house.learner_of(enrollment_id)).address == theirs
    for _ in range(2):
        await rightful.post(stop, 200)
        assert f"Our mails go to {owner.address} ." in rightful.text
    assert (await house.learner_of(enrollment_id)).address == owner.address
    await thief.get(f"/my/{enrollment_id}", status=401)
    await thief.post(way_in, 403)
    await thief.post(confirm, 409)

    confirm, stop = await ask(house, portal, enrollment_id, another(owner.address, "thief3"))
    await rightful.post(stop, 200)
    await thief.post(confirm, 409)
    assert (await house.learner_of(enrollment_id)).address == owner.address


async def test_addresses_that_cannot_be_and_those_of_others(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what is no address, or the same one, is refused at the field; whether somebody else
    has an address does not show when asking, and is refused when confirming.
    """
    enrollment_id, other = await house.working(library), await house.working(library)
    mine, theirs = await house.learner_of(enrollment_id), await house.learner_of(other)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/address"
    for wrong, said in (("nobody", "not an e-mail address"), (mine.address, "already")):
        source = await browser.post(page, 422, new_address=wrong)
        assert said in browser.text
        assert 'id="new_address-wrong"' in source
    confirm, _ = await ask(house, portal, enrollment_id, theirs.address)
    await portal.browser().post(confirm, 409)
    assert (await house.learner_of(enrollment_id)).address == mine.address
    assert (await house.learner_of(other)).address == theirs.address


async def test_links_are_genuine_scoped_and_run_out(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a link to confirm does not stop, a cut one opens nothing, and the mails that one
    person can set off are limited.
    """
    enrollment_id = await house.working(library)
    learner = await house.learner_of(enrollment_id)
    confirm, _ = await ask(house, portal, enrollment_id, another(learner.address, "a"))
    browser = portal.browser()
    await browser.get(confirm.replace("/confirm/", "/stop/"), status=404)
    await browser.get(confirm[:-2], status=404)
    own = await portal.practitioner(enrollment_id)
    statuses = []
    for number in range(5):
        answer = await own.client.post(
            f"/my/{enrollment_id}/address",
            data={"form_token": own.token, "new_address": another(learner.address, f"b{number}")},
        )
        statuses.append(answer.status_code)
    assert statuses[-1] == 429
    await browser.post(confirm, 409)
    assert "a later one took its place" in browser.text
    book, two_days_ago = AddressBook(house.database), datetime.now(UTC) - CONFIRM_WITHIN
    late, _ = await book.ask(enrollment_id, another(learner.address, "late"), two_days_ago)
    await browser.post(portal.site.links.link("address", "confirm", late.id), 403)
    month_ago = datetime.now(UTC) - STOP_WITHIN
    late, _ = await book.ask(enrollment_id, another(learner.address, "later"), month_ago)
    await browser.post(portal.site.links.link("address", "stop", late.id), 403)
    assert (await house.learner_of(enrollment_id)).address == learner.address
