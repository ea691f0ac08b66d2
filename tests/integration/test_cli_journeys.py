"""The commands for journeys, as processes on a whole Laurel: what is shown, and what ops do."""

from datetime import timedelta

import pytest

from adapters.mail.caught import caught_mail
from domain.enrollment import Stage
from domain.values import Instant
from tests.integration.command_line import WHY, WIDTH, Laurel, refused

NOBODY = "enobody"
RITA = ("--reason", "She called us.", "--by", "Rita")
BY_RITA = ("ops", "Rita", "She called us.")
LINE_FIELDS = [
    *("enrollment_id", "practitioner", "address", "organization", "order_id", "order_number"),
    *("title", "library", "stage", "round", "waiting_on", "waiting_until", "opened_at"),
    *("last_at", "attention", "ending"),
]
JOURNEY_FIELDS = [
    *("enrollment_id", "practitioner", "address", "organization", "library", "title", "version"),
    *("order", "line_id", "stage", "round", "waiting_on", "waiting_until", "zone", "why_then"),
    *("access_due_at", "access_met_at", "access_breached_at", "ending", "assessor"),
    *("timeline", "notices", "attention"),
]
TIMELINE_FIELDS = ["at", "what", "party", "by", "why", "round", "facts"]
NOTICE_FIELDS = [
    *("notice_id", "kind", "recipient", "round", "state", "intended_at", "settled_at"),
    *("attempts", "reply", "superseded_by"),
]


async def notice_of(laurel: Laurel, enrollment: str, kind: str) -> str:
    """Return the newest notice of a kind, once every mail is out."""
    await laurel.mail_is_out()
    notices = [each for each in (await laurel.view(enrollment)).notices if each.kind == kind]
    return notices[-1].notice_id


async def due_of(laurel: Laurel, enrollment: str) -> Instant:
    """Return until when a journey waits."""
    due = (await laurel.view(enrollment)).waiting_until
    assert due is not None
    return due


async def open_attention(laurel: Laurel, enrollment: str) -> list[str]:
    """Return what ops must look at in a journey."""
    attention = (await laurel.view(enrollment)).attention
    return [each.kind for each in attention if each.closed_at is None]


async def test_journeys_are_listed_for_people_and_programs(laurel: Laurel) -> None:
    """Proves: the list has its documented fields, each filter keeps and leaves out, pages go on
    after an enrollment, and the table fits 100 columns.
    """
    await laurel.library("lark")
    first, second = sorted([await laurel.enrolled("lark"), await laurel.at_work("lark")])
    lists = {
        ("--library", "lark"): {first, second},
        ("--library", "lark", "--open"): {first, second},
        ("--library", "lark", "--stage", "nowhere"): set(),
        ("--library", "lark", "--waiting-on", "practitioner"): {first, second},
        ("--library", "lark", "--waiting-on", "ops"): set(),
        ("--library", "lark", "--after", first): {second},
        ("--library", "lark", "--late"): set(),
        ("--library", "lark", "--attention"): set(),
        ("--library", "lark", "--search", first.upper()): {first},
        ("--library", "lark", "--search", "%"): set(),
    }
    outcomes = laurel.together([("journeys", *options, "--json") for options in lists])
    for (options, expected), outcome in zip(lists.items(), outcomes, strict=True):
        assert {each["enrollment_id"] for each in outcome.json_list} == expected, options
        assert all(list(each) == LINE_FIELDS for each in outcome.json_list)
    table, nothing = laurel.together(
        [("journeys", "--library", "lark"), ("journeys", "--library", "lark", "--late")]
    )
    assert (table.code, table.err, table.widest <= WIDTH) == (0, "", True)
    assert all(each in table.out for each in (first, second))
    assert (nothing.code, nothing.out) == (0, "")


async def test_one_journey_is_shown_whole(laurel: Laurel) -> None:
    """Proves: a journey is printed with its documented fields, and readable in 100 columns with
    the server's own reply and the sentence that explains the due time.
    """
    await laurel.library("swan")
    enrollment = await laurel.at_work("swan")
    await laurel.mail_is_out()
    as_json, as_text = laurel.together([("journey", enrollment, "--json"), ("journey", enrollment)])
    journey = as_json.json
    assert [field for field in journey if field in JOURNEY_FIELDS] == JOURNEY_FIELDS
    assert journey["stage"] == "working"
    for field, expected in (("timeline", TIMELINE_FIELDS), ("notices", NOTICE_FIELDS)):
        lines = journey[field]
        assert isinstance(lines, list)
        assert lines
        assert all(list(each) == expected for each in lines)
    assert (as_text.code, as_text.err, as_text.widest <= WIDTH) == (0, "", True)
    assert "250 2.0.0" in as_text.out
    assert " ".join(str(journey["why_then"]).split()[:4]) in as_text.out
    assert "Nothing needs attention." in as_text.out


async def test_an_unknown_enrollment_is_refused_by_every_command(laurel: Laurel) -> None:
    """Proves: whatever is asked of an enrollment that is not there, the code is the same."""
    answers = laurel.file("{}")
    with_json = (
        ("journey", NOBODY),
        ("work", "answer", NOBODY, 1, answers),
        ("work", "upload", NOBODY, answers),
        ("work", "preflight", NOBODY, 1),
        ("work", "submit", NOBODY, 1, "--student-privacy", "--own-work"),
    )
    without = (
        ("extend", NOBODY, "--days", 3, *WHY),
        ("reassign", NOBODY, *WHY),
        ("correct-address", NOBODY, "new@example.org", *WHY),
        ("verify", NOBODY, *WHY),
        ("withdraw", NOBODY, *WHY),
        ("refund", NOBODY, *WHY),
        ("grant-round", NOBODY, *WHY),
        ("approve", NOBODY, *WHY),
        ("pass-back", NOBODY, *WHY),
    )
    for outcome in laurel.together([(*command, "--json") for command in with_json]):
        assert NOBODY in refused(outcome, "unknown_enrollment")
    for command, outcome in zip(without, laurel.together(without), strict=True):
        assert (outcome.code, outcome.out) == (2, ""), command
        assert outcome.err.startswith("unknown_enrollment: "), command


async def test_an_act_needs_a_reason_that_can_be_kept(laurel: Laurel) -> None:
    """Proves: without a reason, or with a blank or hidden one, nothing is done to the journey."""
    await laurel.library("wren")
    enrollment = await laurel.enrolled("wren")
    await laurel.mail_is_out()
    before = await laurel.view(enrollment)
    reasons = {
        (): "Usage: ",
        ("--reason", " \t "): "reason_missing: ",
        ("--reason", "\x1b]0;x\x07"): "reason_not_plain: ",
        ("--reason", "x" * 2001): "reason_not_plain: ",
        (*WHY, "--by", "R\u202etia"): "reason_not_plain: ",
    }
    for act in (("verify",), ("withdraw",)):
        outcomes = laurel.together([(*act, enrollment, *reason) for reason in reasons])
        for said, outcome in zip(reasons.values(), outcomes, strict=True):
            assert (outcome.code, outcome.out, outcome.err[: len(said)]) == (2, "", said)
    assert await laurel.view(enrollment) == before


async def test_verifying_by_hand_is_told_once(laurel: Laurel) -> None:
    """Proves: verified twice is one line in the timeline, with who did it and why."""
    await laurel.library("robin")
    enrollment = await laurel.enrolled("robin")
    for _ in range(2):
        assert laurel.starter("verify", enrollment, *RITA).code == 0
    assert await laurel.happened(enrollment, "account_verified") == [BY_RITA]
    await laurel.until(enrollment, Stage.WORKING)
    late = laurel.starter("verify", enrollment, "--reason", "Another day.", "--by", "Rita")
    assert late.code == 0
    assert await laurel.happened(enrollment, "account_verified") == [BY_RITA]


async def test_a_corrected_address_gets_the_mail(laurel: Laurel) -> None:
    """Proves: what is needed goes out to the new address, once; there and back again is two more
    corrections; an address of somebody else, or none at all, is refused.
    """
    await laurel.library("crane")
    enrollment, other = await laurel.enrolled("crane"), await laurel.enrolled("crane")
    await laurel.mail_is_out()
    old, taken = (await laurel.view(enrollment)).address, (await laurel.view(other)).address
    right = f"right-{enrollment}@example.org"
    said = [
        laurel.starter("correct-address", enrollment, address, *RITA)
        for address in (right.upper(), right, old, right)
    ]
    assert [outcome.code for outcome in said] == [0] * 4
    assert [outcome.out.rpartition(" ")[2].strip() for outcome in said] == ["1.", "0.", "1.", "1."]
    assert (await laurel.view(enrollment)).address == right
    assert await laurel.happened(enrollment, "address_corrected") == [BY_RITA] * 3
    await laurel.mail_is_out()
    subjects = {mail.subject for mail in caught_mail(laurel.stack.mail_dir, to=right)}
    assert subjects == {mail.subject for mail in caught_mail(laurel.stack.mail_dir, to=old)}
    assert len(caught_mail(laurel.stack.mail_dir, to=right)) == 2
    wrong = {"address_in_use": taken, "address_not_valid": "right at example.org"}
    commands = [("correct-address", enrollment, address, *WHY) for address in wrong.values()]
    for code, outcome in zip(wrong, laurel.together(commands), strict=True):
        assert (outcome.code, outcome.err.startswith(f"{code}: ")) == (2, True)
        assert taken not in outcome.err
    assert (await laurel.view(enrollment)).address == right


async def test_a_bounce_opens_attention_and_a_resending_closes_it(laurel: Laurel) -> None:
    """Proves: a bounce is one line and one attention however often it is recorded; the notice goes
    out again once for one act, and once more with ``--again``.
    """
    await laurel.library("heron")
    enrollment = await laurel.enrolled("heron")
    notice = await notice_of(laurel, enrollment, "verify_account")
    for _ in range(2):
        assert laurel.starter("bounce", notice, "--reply", "550 no such user").code == 0
    assert len(await laurel.happened(enrollment, "notice_bounced")) == 1
    assert await open_attention(laurel, enrollment) == ["mail_bounced"]
    (listed,) = laurel.starter("journeys", "--library", "heron", "--attention", "--json").json_list
    assert listed["attention"] == 1
    first, same = (laurel.starter("resend", notice, *RITA) for _ in range(2))
    assert (first.code, same.out) == (0, first.out)
    assert await notice_of(laurel, enrollment, "verify_account") in first.out
    assert await open_attention(laurel, enrollment) == []
    assert laurel.starter("resend", notice, *RITA, "--again", "once more").out != first.out
    assert await laurel.happened(enrollment, "notice_resent") == [BY_RITA] * 2
    await laurel.mail_is_out()
    states = [
        each.state
        for each in (await laurel.view(enrollment)).notices
        if each.kind == "verify_account"
    ]
    assert sorted(states) == ["accepted", "accepted", "bounced"]


async def test_a_notice_that_may_not_go_out_again_is_refused(laurel: Laurel) -> None:
    """Proves: an unknown notice, and one that no longer applies, are refused with their codes."""
    await laurel.library("finch")
    enrollment = await laurel.at_work("finch")
    stale = await notice_of(laurel, enrollment, "verify_account")
    wrong = {
        ("resend", "nothing", *WHY): "unknown_notice: ",
        ("bounce", "nothing", "--reply", "550"): "unknown_notice: ",
        ("resend", stale, *WHY): "notice_no_longer_applies: ",
        ("resend", stale): "Usage: ",
        ("bounce", stale): "Usage: ",
    }
    for said, outcome in zip(wrong.values(), laurel.together([*wrong]), strict=True):
        assert (outcome.code, outcome.out, outcome.err[: len(said)]) == (2, "", said)
    assert await laurel.happened(enrollment, "notice_resent") == []


async def test_a_due_time_is_extended_once_for_one_act(laurel: Laurel) -> None:
    """Proves: an extension is of 1 to 730 days; the same act twice moves the due time once, and
    again with another word; each is a line with who and why.
    """
    await laurel.library("stork")
    enrollment = await laurel.at_work("stork")
    before = await due_of(laurel, enrollment)
    for days in (0, -3, 731, 10**12):
        outcome = laurel.starter("extend", enrollment, "--days", days, *RITA)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith("extension_out_of_range: ")
        assert str(days) in outcome.err
    assert laurel.starter("extend", enrollment, "--days", "many", *RITA).code == 2
    assert await due_of(laurel, enrollment) == before
    for more, days in (((), 30), ((), 30), (("--again", "May"), 60)):
        assert laurel.starter("extend", enrollment, "--days", 30, *RITA, *more).code == 0
        moved = await due_of(laurel, enrollment) - before
        assert abs(moved - timedelta(days=days)) <= timedelta(hours=1), "but for a clock change"
    assert await laurel.happened(enrollment, "due_time_extended") == [BY_RITA] * 2


@pytest.mark.parametrize("ending", ["withdrawn", "refunded"])
async def test_nothing_can_be_done_in_a_closed_enrollment(laurel: Laurel, ending: str) -> None:
    """Proves: an ending is one line with who and why, also when asked for twice; every other act
    is refused then, except the correction of an address, which is of the person.
    """
    library = f"gull-{ending}"
    await laurel.library(library)
    enrollment = await laurel.enrolled(library)
    act = {"withdrawn": "withdraw", "refunded": "refund"}[ending]
    for _ in range(2):
        said = laurel.starter(act, enrollment, *RITA)
        assert (said.code, said.out) == (0, f"{enrollment} has ended: {ending}.\n")
    assert await laurel.happened(enrollment, "ended") == [BY_RITA]
    answers = laurel.file("{}")
    acts: list[tuple[object, ...]] = [
        ("extend", enrollment, "--days", 3, *WHY),
        ("reassign", enrollment, *WHY),
        ("verify", enrollment, *WHY),
        ("grant-round", enrollment, *WHY),
        ("approve", enrollment, *WHY),
        ("work", "answer", enrollment, 1, answers),
        ("work", "upload", enrollment, answers),
        ("work", "preflight", enrollment, 1),
        ("work", "submit", enrollment, 1, "--student-privacy", "--own-work"),
    ]
    for command, outcome in zip(acts, laurel.together(acts), strict=True):
        assert (outcome.code, outcome.out) == (2, ""), command
        assert outcome.err.startswith("enrollment_closed: "), command
    assert await laurel.happened(enrollment, "ended") == [BY_RITA]
    await laurel.mail_is_out()
    moved = f"moved-{enrollment}@example.org"
    assert laurel.starter("correct-address", enrollment, moved, *WHY).code == 0


async def test_an_act_at_the_wrong_stage_says_where_the_journey_stands(laurel: Laurel) -> None:
    """Proves: what the stage does not allow is refused with the stage, and leaves no line."""
    await laurel.library("dove")
    enrollment = await laurel.at_work("dove")
    before = (await laurel.view(enrollment)).timeline
    acts = [(act, enrollment, *WHY) for act in ("reassign", "approve", "pass-back")]
    for outcome in laurel.together(acts):
        assert (outcome.code, outcome.out) == (2, ""), outcome
        assert outcome.err.startswith("not_at_this_stage: ")
        assert "“working”" in outcome.err
    assert (await laurel.view(enrollment)).timeline == before
