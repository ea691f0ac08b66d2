"""One journey before operations: everything about it, and acts that show first what they do."""

import pytest

from domain.bulk import IN_BULK, BulkResult
from domain.enrollment import AttentionKind, Stage
from domain.notices import NoticeKind, NoticeState
from domain.previews import ActKind
from domain.timeline import Happening
from domain.timeline_words import told
from portal.operations.wording import ACTS, ATTENTION, BULK_ACTS, RESULTS
from tests.house import OPS, House
from tests.portal.foresight import needs_attention
from tests.portal.pressing import acts_of, hidden, press, previewed, said
from tests.portal.served import Portal
from tests.workflows.stages import Placed, accepted, placed_at


def test_everything_has_its_words() -> None:
    """Proves: no act, attention, result or happening is shown without words of its own."""
    assert set(ACTS) == set(ActKind)
    assert set(ATTENTION) == set(AttentionKind)
    assert set(RESULTS) == set(BulkResult)
    assert set(BULK_ACTS) == set(IN_BULK)
    for kind in Happening:
        assert told(kind, {}).endswith(".")
        assert "{" not in told(kind, {})
    assert told("something_newer", {}) == "Something newer."
    assert told(Happening.DUE_TIME_EXTENDED, {"days": 1}) == "The due time was moved by 1 day."


@pytest.fixture(scope="module")
async def assessed(house: House) -> Placed:
    """A round in somebody's hands, with a second assessor who was ranked."""
    placed = await accepted(house, "ops-journey", assessors=2)
    await needs_attention(house, placed.enrollment_id, AttentionKind.ASSESSMENT_OVERDUE)
    return placed


async def test_a_journeys_page_tells_everything(
    house: House, portal: Portal, assessed: Placed
) -> None:
    """Proves: who, what, until when and why, what is to come, every mail with the server's reply,
    who was asked and why, what needs attention, and what happened, stand on one page.
    """
    journey = assessed.enrollment_id
    ops = await portal.operations()
    source = await ops.get(f"/ops/journeys/{journey}")
    learner = await house.learner_of(journey)
    view = await portal.site.desks.views.journey(journey)
    for expected in (learner.name, learner.address, assessed.assessor.name, view.why_then):
        assert expected in ops.text
    assert assessed.assessors[1].name in ops.text
    assert "0 of 5 places taken, never had an offer" in ops.text
    assert "Waits on the assessor" in ops.text
    assert "assessment overdue" in ops.text
    assert "mail “assessment due”" in ops.text
    assert "250 2.0.0" in ops.text
    for line in view.timeline:
        assert told(line.what, line.facts) in ops.text
    for notice in view.notices:
        assert f"/ops/journeys/{journey}/letters/{notice.notice_id}" in source
    assert "engine's own pages" not in ops.text


async def test_the_engines_pages_are_linked_where_there_are_some(
    portal: Portal, assessed: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: the link names the journey's workflow in the namespace that is used."""
    settings = portal.site.settings.model_copy(update={"engine_ui_url": "http://127.0.0.1:8233/"})
    monkeypatch.setitem(portal.site.__dict__, "settings", settings)
    ops = await portal.operations()
    source = await ops.get(f"/ops/journeys/{assessed.enrollment_id}")
    address = "http://127.0.0.1:8233/namespaces/default/workflows/enrollment%2F"
    assert f'href="{address}{assessed.enrollment_id}"' in source


async def test_a_letter_is_shown_as_it_was_sent(
    house: House, portal: Portal, assessed: Placed
) -> None:
    """Proves: the letter's page has address, subject, text and reply, and nothing signs in from it;
    under another journey's address it is not found.
    """
    journey = assessed.enrollment_id
    (access,) = await house.notices(journey, NoticeKind.ACCESS)
    ops = await portal.operations()
    await ops.get(f"/ops/journeys/{journey}/letters/{access.id}")
    learner = await house.learner_of(journey)
    assert f"{learner.name} <{learner.address}>" in ops.text
    assert access.reply in ops.text
    assert "As it was sent" in ops.text
    assert "It is not kept." in ops.text
    assert "/portal/" not in ops.text
    other = await house.enrolled("another")
    await ops.get(f"/ops/journeys/{other}/letters/{access.id}", status=404)


async def test_an_extension_is_shown_then_done_once(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the page says the new due time with its explanation and changes nothing; the button
    does it with the reason in the name of who pressed; pressing twice moves it once.
    """
    journey = await house.enrolled(library)
    ops = await portal.operations()
    address = acts_of(journey, ActKind.EXTEND)
    before = (await house.row(journey)).waiting_until
    fields = await previewed(ops, f"{address}?days=5")
    assert "+ 5 business days" in ops.text
    assert "This cannot be undone." in ops.text
    assert (await house.row(journey)).waiting_until == before
    assert fields["days"] == "5"

    leads_to = await press(ops, address, fields, "They were ill.")
    again = await press(ops, address, fields, "They were ill.")
    assert leads_to == again == f"/ops/journeys/{journey}"
    assert "The due time was moved." in await said(ops, leads_to)
    assert "They were ill." in ops.text
    lines = [line.kind for line in await house.timeline(journey)]
    assert lines.count(Happening.DUE_TIME_EXTENDED) == 1
    view = await portal.site.desks.views.journey(journey)
    (extended,) = [line for line in view.timeline if line.what == Happening.DUE_TIME_EXTENDED]
    assert extended.by.startswith("Operator")


async def test_a_journey_that_moved_on_is_not_acted_upon(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what was previewed before the journey went on is not done to what it is now; the page
    shows the new effects and keeps the reason (trap 10).
    """
    journey = await house.enrolled(library)
    ops = await portal.operations()
    address = acts_of(journey, ActKind.EXTEND)
    fields = await previewed(ops, f"{address}?days=5")
    await house.practitioner.verify(journey, OPS)
    await house.until_stage(journey, Stage.WORKING)
    before = (await house.row(journey)).waiting_until

    source = await press(ops, address, fields, "They were ill.", status=409)

    assert "moved on since" in ops.text
    assert "They were ill." in source
    assert "+ 5 calendar days" in ops.text
    assert (await house.row(journey)).waiting_until == before
    fresh = hidden(source, f'<form method="post" action="{address}')
    await press(ops, address, fresh, "They were ill.")
    assert (await house.row(journey)).waiting_until != before


async def test_an_act_needs_a_reason(house: House, portal: Portal, library: str) -> None:
    """Proves: without a reason nothing is done, and the page says so beside its field."""
    journey = await house.enrolled(library)
    ops = await portal.operations()
    address = acts_of(journey, ActKind.WITHDRAW)
    fields = await previewed(ops, address)
    source = await press(ops, address, fields, "  ", status=422)
    assert 'aria-invalid="true"' in source
    assert "No reason is given." in ops.text
    assert (await house.row(journey)).ending is None


async def test_what_is_not_possible_is_said_and_has_no_button(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the journey's page offers what is possible and says why the rest is not; an act's own
    page then has the refusal and no form; a form of before is refused all the same.
    """
    journey = await house.enrolled(library)
    ops = await portal.operations()
    await ops.get(f"/ops/journeys/{journey}")
    assert "Offer the round anew : This is not possible now" in ops.text
    address = acts_of(journey, ActKind.REASSIGN)
    source = await ops.get(address)
    assert "not possible now" in ops.text
    assert f'<form method="post" action="{address}"' not in source
    row = await house.row(journey)
    await ops.post(address, status=409, reason="Because.", as_of=row.last_sequence, press="p1")
    await ops.get(acts_of(journey, ActKind.EXTEND) + "?days=731")
    assert "An extension is 1 to 730 days" in ops.text
    await ops.get(f"/ops/journeys/{journey}/acts/nothing", status=404)
    await ops.get("/ops/journeys/e-unknown/acts/withdraw", status=404)


@pytest.mark.parametrize(
    ("kind", "stage", "words"),
    [
        (ActKind.VERIFY, Stage.VERIFYING, "The account is verified"),
        (ActKind.WITHDRAW, Stage.WORKING, "The journey has ended"),
        (ActKind.REFUND, Stage.WORKING, "The order line is refunded"),
        (ActKind.GRANT_ROUND, Stage.OUT_OF_ROUNDS, "One more round is granted"),
    ],
)
async def test_acts_on_the_whole_journey(
    house: House, portal: Portal, library: str, kind: ActKind, stage: Stage, words: str
) -> None:
    """Proves: each act is done as previewed, says so, and a second press of the same form is
    harmless.
    """
    journey = (await placed_at(house, library, stage)).enrollment_id
    await house.all_settled(journey)
    ops = await portal.operations()
    fields = await previewed(ops, acts_of(journey, kind))
    leads_to = await press(ops, acts_of(journey, kind), fields, "They asked.")
    assert words in await said(ops, leads_to)
    await press(ops, acts_of(journey, kind), fields, "They asked.")
    reasons = [line for line in await house.timeline(journey) if line.reason_id]
    assert reasons
    kinds = [line.kind for line in await house.timeline(journey)]
    for once in (Happening.ROUND_GRANTED, Happening.ENDED, Happening.ACCOUNT_VERIFIED):
        assert kinds.count(once) <= 1


async def test_a_round_is_offered_to_whom_operations_choose(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the page names who may be asked with the reasons; the chosen one is offered it."""
    placed = await accepted(house, library, assessors=3)
    journey, address = placed.enrollment_id, acts_of(placed.enrollment_id, ActKind.REASSIGN)
    ops = await portal.operations()
    source = await ops.get(address)
    assert f'value="{placed.assessor.id}"' not in source
    chosen = placed.assessors[2]
    fields = await previewed(ops, f"{address}?to={chosen.id}")
    assert f"The round is offered to {chosen.name}." in ops.text
    leads_to = await press(ops, address, fields, "The first is ill.")
    assert await said(ops, leads_to) == f"The round is offered to {chosen.name}."
    standing = await house.standing(journey)
    assert standing.offer is not None
    assert standing.offer.assessor_id == chosen.id


async def test_a_bounce_is_recorded_and_its_attention_closed(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a mail is said to have come back, with who said so; the attention that this opens is
    closed with a reason, and the mail keeps what the bounce said.
    """
    journey = await house.working(library)
    await house.all_settled(journey)
    (access,) = await house.notices(journey, NoticeKind.ACCESS)
    ops = await portal.operations()
    bounce = acts_of(journey, ActKind.BOUNCE)
    fields = await previewed(ops, f"{bounce}?notice={access.id}")
    await press(ops, bounce, fields, "550 no such mailbox")
    (bounced,) = await house.notices(journey, NoticeKind.ACCESS)
    assert (bounced.state, bounced.reply) == (NoticeState.BOUNCED, "550 no such mailbox")

    close = acts_of(journey, ActKind.CLOSE_ATTENTION)
    await ops.get(f"/ops/journeys/{journey}")
    assert "mail bounced" in ops.text
    fields = await previewed(ops, f"{close}?attention=mail_bounced")
    await press(ops, close, fields, "The school gives us another one.")
    assert await house.attention(journey) == set()
    view = await portal.site.desks.views.journey(journey)
    told_by = {line.what: line.by for line in view.timeline if line.by}
    assert {Happening.NOTICE_BOUNCED, Happening.ATTENTION_CLOSED} <= set(told_by)


async def test_an_address_is_corrected_and_a_mail_sent_again(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the address is asked for first, then what goes out to it is shown, then it does; a
    mail is sent again once, however often its button is pressed.
    """
    journey = await house.working(library)
    await house.all_settled(journey)
    ops = await portal.operations()
    correct = acts_of(journey, ActKind.CORRECT_ADDRESS)
    source = await ops.get(correct)
    assert '<form method="get" action="' + correct in source
    assert '<form method="post" action="' + correct not in source
    wanted = f"right-{journey}@example.org"
    fields = await previewed(ops, f"{correct}?address={wanted}")
    assert "“access” to the practitioner" in ops.text
    leads_to = await press(ops, correct, fields, "The school said so.")
    assert "1 mail goes out to it" in await said(ops, leads_to)
    assert wanted in ops.text

    await house.all_settled(journey)
    newest = (await house.notices(journey, NoticeKind.ACCESS))[-1]
    resend = acts_of(journey, ActKind.RESEND)
    fields = await previewed(ops, f"{resend}?notice={newest.id}")
    for _ in range(2):
        await press(ops, resend, fields, "They lost it.")
    assert len(await house.notices(journey, NoticeKind.ACCESS)) == 3
    await house.all_settled(journey)


async def test_what_belongs_to_another_journey_is_not_touched(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a notice or attention of another journey is refused, shown and posted (trap 10)."""
    journey, other = await house.enrolled(library), await house.working(library)
    await house.all_settled(other)
    (access,) = await house.notices(other, NoticeKind.ACCESS)
    ops = await portal.operations()
    resend = acts_of(journey, ActKind.RESEND)
    await ops.get(f"{resend}?notice={access.id}")
    assert "belongs to another journey" in ops.text
    for kind, fields in (
        (ActKind.RESEND, {"notice": access.id}),
        (ActKind.BOUNCE, {"notice": access.id}),
        (ActKind.CLOSE_ATTENTION, {"attention": "mail_bounced", "subject": other}),
    ):
        await press(ops, acts_of(journey, kind), fields, "Because.", status=409)
    assert [each.state for each in await house.notices(other, NoticeKind.ACCESS)] == ["accepted"]
