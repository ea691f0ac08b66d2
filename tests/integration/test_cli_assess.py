"""An assessor's commands, as processes on a whole Laurel, and what the roster makes of offers."""

from datetime import UTC, datetime, timedelta

from domain.enrollment import Stage
from domain.policy import Approval, Policy
from tests.integration.command_line import ITEMS, WHY, WIDTH, Laurel, id_of, refused

RITA = ("--reason", "She is away.", "--by", "Rita")
BY_RITA = ("ops", "Rita", "She is away.")
OFFER_FIELDS = [
    *("assignment_id", "enrollment_id", "round", "title", "state", "offered_at", "due_at", "items"),
]
SHEET_FIELDS = [
    *("enrollment_id", "round", "assignment_id", "items", "open_items", "marks"),
    *("marks_version", "parts", "locked"),
]
FEEDBACK = "The log ends in March."
LONG = 5001
"""Characters of feedback, one more than are kept."""


def assess(command: str, assessor: str, *arguments: object) -> tuple[object, ...]:
    """Return a command of an assessor who is known by the part of the address before the @."""
    return ("assess", command, id_of(assessor), *arguments)


def said_no(laurel: Laurel, code: str, *command: object) -> str:
    """Run a command without ``--json`` that has to be refused; return what it said."""
    outcome = laurel.starter(*command)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert outcome.err.startswith(f"{code}: "), outcome
    return outcome.err


async def holder(laurel: Laurel, enrollment: str) -> str | None:
    """Return who holds the open round of an enrollment."""
    return (await laurel.view(enrollment)).assessor


async def test_an_offer_is_taken_by_whom_it_was_made_to(laurel: Laurel) -> None:
    """Proves: the offer is listed with its documented fields and without a person; somebody else's
    is refused, before it is taken and after; taking it twice is taking it once.
    """
    await laurel.library("north", "nora")
    enrollment = await laurel.submitted("north")
    await laurel.until(enrollment, Stage.OFFERED)
    await laurel.hire("north", "nils")
    listed, table, nothing = laurel.together(
        [assess("offers", "nora", "--json"), assess("offers", "nora"), assess("offers", "nils")]
    )
    (offer,) = listed.json_list
    assert (list(offer), offer["enrollment_id"]) == (OFFER_FIELDS, enrollment)
    assert (offer["state"], offer["items"]) == ("offered", len(ITEMS))
    assert (table.code, table.err, table.widest <= WIDTH) == (0, "", True)
    assert (await laurel.view(enrollment)).practitioner not in listed.out + table.out
    assert (nothing.code, nothing.out) == (0, "")
    said_no(laurel, "not_your_offer", *assess("accept", "nils", enrollment))
    said_no(laurel, "unknown_assessor", *assess("accept", "nobody", enrollment))
    said_no(laurel, "unknown_assessor", *assess("offers", "nobody"))
    said_no(laurel, "unknown_enrollment", *assess("accept", "nora", "nothing"))
    for _ in range(2):
        assert laurel.starter(*assess("accept", "nora", enrollment)).code == 0
    assert len(await laurel.happened(enrollment, "offer_accepted")) == 1
    said_no(laurel, "offer_taken", *assess("accept", "nils", enrollment))
    said_no(laurel, "offer_taken", *assess("decline", "nora", enrollment, *WHY))
    said_no(laurel, "not_your_assignment", *assess("recuse", "nils", enrollment, *WHY))
    refused(laurel.starter(*assess("sheet", "nils", enrollment, "--json")), "not_your_assignment")


async def test_a_judgement_needs_every_mark_and_feedback(laurel: Laurel) -> None:
    """Proves: incomplete marks and missing feedback are refused, each naming its items; feedback
    that cannot be kept is refused; then the judgement is one fact, however often it is handed in.
    """
    await laurel.library("south", "sara")
    enrollment = await laurel.submitted("south")
    await laurel.until(enrollment, Stage.OFFERED)
    assert laurel.starter(*assess("accept", "sara", enrollment)).code == 0

    def mark(item: str, kind: str, *more: str) -> tuple[object, ...]:
        return assess("mark", "sara", enrollment, item, kind, *more, "--json")

    judge = assess("judge", "sara", enrollment, "--json")
    nothing_yet = refused(laurel.starter(*judge), "marks_incomplete")
    assert all(item in nothing_yet for item in ITEMS)
    refused(laurel.starter(*mark("detail/9.9", "met")), "unknown_item")
    refused(laurel.starter(*mark(ITEMS[0], "not_met", "--feedback", "x" * LONG)), "text_too_long")
    refused(laurel.starter(*mark(ITEMS[0], "met", "--feedback", "\x1b[2J")), "control_characters")
    assert laurel.starter(*mark(ITEMS[0], "splendid")).code == 2
    for item in ITEMS[:-1]:
        marked = laurel.starter(*mark(item, "met"))
        fields = ["item", "kind", "feedback", "obstacle", "version"]
        assert (marked.code, list(marked.json)) == (0, fields)
    assert ITEMS[-1] in refused(laurel.starter(*judge), "marks_incomplete")
    for kind in ("not_met", "unscorable"):
        assert laurel.starter(*mark(ITEMS[-1], kind, "--feedback", "  ")).code == 0
        assert ITEMS[-1] in refused(laurel.starter(*judge), "feedback_missing")
    last = laurel.starter(*mark(ITEMS[-1], "not_met", "--feedback", FEEDBACK)).json
    assert (last["version"], last["feedback"]) == (3, FEEDBACK)
    assert await laurel.happened(enrollment, "judged") == []
    judged = laurel.starter(*judge)
    assert (judged.code, judged.json) == (
        0,
        {
            "judgement": {"round": 1, "proficient": False, "not_met": [ITEMS[-1]]},
            "awaits_approval": False,
        },
    )
    await laurel.until(enrollment, Stage.REVISING)
    assert len(await laurel.happened(enrollment, "judged")) == 1
    refused(laurel.starter(*judge), "not_your_assignment")


async def test_what_was_met_is_locked(laurel: Laurel) -> None:
    """Proves: after a round only what was not met is open again; what was met can neither be
    written nor marked nor handed in, and the sheet shows in which round it was met.
    """
    await laurel.library("east", "emma")
    enrollment = await laurel.submitted("east")
    await laurel.assessed(enrollment, "emma", "reflection")
    await laurel.until(enrollment, Stage.REVISING)
    answers = laurel.file('{"question/1": "Another text."}')
    agreed = ("--student-privacy", "--own-work")
    answer = ("work", "answer", enrollment, 1, answers, "--json")
    assert "round 1" in refused(laurel.starter(*answer), "item_locked")
    submit = ("work", "submit", enrollment, 1, *agreed, "--json")
    refused(laurel.starter(*submit), "part_locked")
    again = laurel.file('{"reflection": "Much longer now, in ten words and more, as was asked."}')
    assert laurel.starter("work", "answer", enrollment, 3, again).code == 0
    assert laurel.starter("work", "submit", enrollment, 3, *agreed).code == 0
    await laurel.until(enrollment, Stage.OFFERED)
    assert laurel.starter(*assess("accept", "emma", enrollment)).code == 0
    sheet = laurel.starter(*assess("sheet", "emma", enrollment, "--json")).json
    locked = sheet["locked"]
    assert isinstance(locked, list)
    assert (list(sheet), sheet["open_items"]) == (SHEET_FIELDS, ["reflection"])
    assert {(each["item"], each["round"]) for each in locked} == {(i, 1) for i in ITEMS[:-1]}
    table = laurel.starter(*assess("sheet", "emma", enrollment))
    assert (table.code, table.widest <= WIDTH) == (0, True)
    assert table.out.count("met in round 1") == len(ITEMS) - 1
    mark = assess("mark", "emma", enrollment, "detail/1.1", "not_met", "--json")
    assert "round 1" in refused(laurel.starter(*mark), "item_locked")


async def test_declined_and_recused_rounds_go_on_to_the_next(laurel: Laurel) -> None:
    """Proves: whoever declines or steps back is not offered the round again; each is a line with
    the reason; and with nobody left the round waits with attention until ops find somebody.
    """
    await laurel.library("west", "wanda", "wim")
    enrollment = await laurel.submitted("west")
    await laurel.until(enrollment, Stage.OFFERED)
    first = str(await holder(laurel, enrollment)).split()[-1].lower()
    second = {"wanda": "wim", "wim": "wanda"}[first]
    said_no(laurel, "reason_missing", *assess("decline", first, enrollment, "--reason", " "))
    said_no(laurel, "not_your_assignment", *assess("recuse", first, enrollment, *WHY))
    assert laurel.starter(*assess("decline", first, enrollment, *WHY)).code == 0
    said_no(laurel, "offer_expired", *assess("accept", first, enrollment))
    assert (await holder(laurel, enrollment)) == f"Assessor {second.title()}"
    assert laurel.starter(*assess("accept", second, enrollment)).code == 0
    assert laurel.starter(*assess("recuse", second, enrollment, *WHY)).code == 0
    await laurel.until(enrollment, Stage.QUEUED)
    whys = await laurel.happened(enrollment, "assignment_ended")
    assert [(party, why) for party, _, why in whys] == [("assessor", WHY[1])] * 2
    view = await laurel.view(enrollment)
    assert [each.kind for each in view.attention if each.closed_at is None] == ["no_assessor"]
    said_no(laurel, "unknown_assessor", "reassign", enrollment, "--to", "nobody", *WHY)


async def test_ops_reassign_a_round(laurel: Laurel) -> None:
    """Proves: ops take a round from its assessor and name the next; twice the same is one change,
    with who and why.
    """
    await laurel.library("centre", "cleo", "cem")
    enrollment = await laurel.submitted("centre")
    await laurel.until(enrollment, Stage.OFFERED)
    first = str(await holder(laurel, enrollment)).split()[-1].lower()
    second = {"cleo": "cem", "cem": "cleo"}[first]
    for _ in range(2):
        to = laurel.starter("reassign", enrollment, "--to", id_of(second), *RITA)
        assert (to.code, to.err) == (0, "")
    assert await holder(laurel, enrollment) == f"Assessor {second.title()}"
    assert await laurel.happened(enrollment, "assignment_ended") == [BY_RITA]
    said_no(laurel, "nobody_to_reassign", "reassign", enrollment, "--to", id_of(first), *WHY)


async def test_the_roster_decides_about_offers(laurel: Laurel) -> None:
    """Proves: leave, capacity and deactivation show in the list and keep offers away; the return of
    an assessor brings the waiting round to them by itself.
    """
    await laurel.library("river", "rosa", "rolf", capacity=1)
    rosa, rolf = id_of("rosa"), id_of("rolf")
    today = datetime.now(UTC).date()
    away = (today - timedelta(days=2), today + timedelta(days=9))
    for command in (("leave", rosa, *away), ("capacity", rolf, 0)):
        changed = laurel.starter("roster", *command, *WHY, "--json").json
        assert (changed["is_changed"], changed["is_engine_told"]) == (True, True)
    enrollment = await laurel.submitted("river")
    await laurel.until(enrollment, Stage.QUEUED)
    listed = {each["id"]: each for each in laurel.starter("roster", "list", "--json").json_list}
    assert (listed[rosa]["is_on_leave"], listed[rolf]["capacity"]) == (True, 0)
    woken = laurel.starter("roster", "capacity", rolf, 1, *WHY, "--json").json
    assert woken["woken"] == [enrollment]
    await laurel.until(enrollment, Stage.OFFERED)
    assert await holder(laurel, enrollment) == "Assessor Rolf"
    left = laurel.starter("roster", "deactivate", rolf, *WHY)
    assert "1 round held now stay with them" in " ".join(left.out.split())
    assert laurel.starter(*assess("decline", "rolf", enrollment, *WHY)).code == 0
    await laurel.until(enrollment, Stage.QUEUED)
    assert laurel.starter("roster", "return", rosa, *WHY, "--json").json["woken"] == [enrollment]
    await laurel.until(enrollment, Stage.OFFERED)
    assert await holder(laurel, enrollment) == "Assessor Rosa"
    table = laurel.starter("roster", "list")
    assert (table.code, table.widest <= WIDTH, "not active" in table.out) == (0, True, True)


async def test_an_approver_confirms_or_passes_back(laurel: Laurel) -> None:
    """Proves: where the policy asks for it, a judgement waits; passed back it is judged again,
    confirmed it is final; each act is one line with who and why, also when repeated.
    """
    await laurel.library("summit", "sven")
    policy = Policy(approval=Approval.ALWAYS)
    enrollment = await laurel.submitted("summit", policy)
    await laurel.assessed(enrollment, "sven")
    await laurel.until(enrollment, Stage.APPROVING)
    assert laurel.starter("pass-back", enrollment, *RITA).code == 0
    assert [why for _, _, why in await laurel.happened(enrollment, "passed_back")] == [BY_RITA[2]]
    marked = assess("mark", "sven", enrollment, ITEMS[0], "met", "--feedback", "Well done.")
    assert laurel.starter(*marked).code == 0
    judged = laurel.starter(*assess("judge", "sven", enrollment, "--json"))
    assert (judged.code, judged.json["awaits_approval"]) == (0, True)
    for _ in range(2):
        assert laurel.starter("approve", enrollment, *RITA).code == 0
    await laurel.until(enrollment, Stage.ENDED)
    assert (await laurel.view(enrollment)).ending == "awarded"
    decided = await laurel.happened(enrollment, "decided")
    assert [(by, why) for _, by, why in decided] == [BY_RITA[1:]]


async def test_ops_grant_another_round(laurel: Laurel) -> None:
    """Proves: after the last round ops grant one more, once for one act, with who and why."""
    await laurel.library("valley", "vera")
    enrollment = await laurel.submitted("valley", Policy(rounds=1))
    await laurel.assessed(enrollment, "vera", "reflection")
    await laurel.until(enrollment, Stage.OUT_OF_ROUNDS)
    for _ in range(2):
        assert laurel.starter("grant-round", enrollment, *RITA).code == 0
    await laurel.until(enrollment, Stage.REVISING)
    assert await laurel.happened(enrollment, "round_granted") == [BY_RITA]
