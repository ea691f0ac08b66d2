"""A practitioner's commands, as processes on a whole Laurel: what is kept, blocked, handed in."""

import json
import time

from domain.enrollment import Stage
from tests.artifacts import archive, document, pdf, protected_pdf
from tests.integration.command_line import ANSWERS, WIDTH, Laurel, points_of, refused

AGREED = ("--student-privacy", "--own-work")
QUICK_SECONDS = 10.0
"""Far more than a refusal takes on a busy machine, far less than keeping everything would."""


def answer(laurel: Laurel, enrollment: str, part: int, content: object) -> tuple[object, ...]:
    """Return the command that writes answers: a mapping as JSON, or bytes as they are."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return ("work", "answer", enrollment, part, laurel.file(data), "--json")


def evidence(
    enrollment: str, item: str, artifact: str, at: str, said: str = "It is there."
) -> tuple[object, ...]:
    """Return the command that points at evidence."""
    where = ("--artifact", artifact, "--at", at, "--explanation", said)
    return ("work", "evidence", enrollment, item, *where, "--json")


def uploaded(laurel: Laurel, enrollment: str, name: str, content: bytes) -> str:
    """Upload a file by its command; return its number."""
    outcome = laurel.starter("work", "upload", enrollment, laurel.file(content, name), "--json")
    assert outcome.code == 0, outcome
    return str(outcome.json["id"])


async def test_answers_that_cannot_be_kept_are_refused(laurel: Laurel) -> None:
    """Proves: whatever is wrong with a file of answers has a code, and the draft stays empty."""
    await laurel.library("quill")
    enrollment = await laurel.at_work("quill")
    wrong: tuple[tuple[str, int, object], ...] = (
        ("answers_not_valid", 1, b"not JSON"),
        ("answers_not_valid", 1, b""),
        ("answers_not_valid", 1, b"[" * 200_000),
        ("answers_not_valid", 1, '{"question/1": "caf\xe9"}'.encode("latin-1")),
        ("answers_not_valid", 1, ["question/1"]),
        ("answers_not_valid", 1, {"question/1": 7}),
        ("unknown_item", 1, {"question/9": "A text."}),
        ("unknown_item", 1, {"reflection": "A text of another part."}),
        ("unknown_part", 7, {"question/1": "A text."}),
        ("control_characters", 1, {"question/1": "Seen.\nHidden: \x1b[2J"}),
        ("control_characters", 1, {"question/1": "Turned \u202earound"}),
        ("text_too_long", 1, {"question/1": "x" * 200_001}),
    )
    commands = [answer(laurel, enrollment, part, content) for _, part, content in wrong]
    said = [
        refused(outcome, code)
        for (code, _, _), outcome in zip(wrong, laurel.together(commands), strict=True)
    ]
    assert "question/1, question/2" in said[6]
    assert "Line 2" in said[9]
    missing = laurel.starter("work", "answer", enrollment, 1, "nothing.json", "--json")
    refused(missing, "file_not_found")
    first = laurel.starter(*answer(laurel, enrollment, 1, {"question/1": "A first text."}))
    assert (first.code, first.json["version"]) == (0, 1)


async def test_ten_megabytes_in_a_field_are_refused_quickly(laurel: Laurel) -> None:
    """Proves: a text far beyond the limit is refused by its length, with the limit in the sentence,
    before it is looked at or kept.
    """
    await laurel.library("inkwell")
    enrollment = await laurel.at_work("inkwell")
    began = time.monotonic()
    command = answer(laurel, enrollment, 1, {"question/1": "word " * 2_000_000})
    sentence = refused(laurel.starter(*command), "text_too_long")
    assert time.monotonic() - began < QUICK_SECONDS
    assert "200,000" in sentence


async def test_a_short_narrative_is_blocked_with_its_count(laurel: Laurel) -> None:
    """Proves: a narrative below the minimum is refused with the words that there are, the words
    that are needed and the difference, by preflight and submit alike, and leaves no trace.
    """
    await laurel.library("pencil")
    enrollment = await laurel.at_work("pencil")
    await laurel.mail_is_out()
    before = await laurel.view(enrollment)
    laurel.starter(*answer(laurel, enrollment, 1, {"question/1": "Only these five short words."}))
    listed, text, submitted = laurel.together(
        [
            ("work", "preflight", enrollment, 1, "--json"),
            ("work", "preflight", enrollment, 1),
            ("work", "submit", enrollment, 1, *AGREED, "--json"),
        ]
    )
    assert [list(each) for each in listed.json_list] == [
        ["code", "sentence", "concerns", "item"]
    ] * 2
    assert [(each["code"], each["concerns"]) for each in listed.json_list] == [
        ("answer_missing", "question/2"),
        ("too_few_words", "part/1"),
    ]
    sentence = str(listed.json_list[1]["sentence"])
    assert sentence == "Part 1 has 5 words; it needs at least 20. 15 more are needed."
    assert (text.code, text.out, sentence in text.err) == (2, "", True)
    assert (submitted.code, submitted.refusal) == (2, "part_blocked")
    assert points_of(submitted) == listed.json_list
    after = await laurel.view(enrollment)
    assert (after.timeline, after.notices) == (before.timeline, before.notices)


async def test_a_part_is_handed_in_once(laurel: Laurel) -> None:
    """Proves: both statements have to be agreed; a part that was handed in stays as it is: the same
    submission again is the same receipt and no second line, another text is refused.
    """
    await laurel.library("paper")
    enrollment = await laurel.at_work("paper")
    written = laurel.starter(*answer(laurel, enrollment, 1, ANSWERS[1]))
    assert list(written.json) == ["part", "version", "answers", "evidence"]
    ready = laurel.starter("work", "preflight", enrollment, 1)
    assert (ready.code, ready.out, ready.err) == (0, "Part 1 can be submitted.\n", "")
    commands = [
        ("work", "submit", enrollment, 1, *agreed, "--json")
        for agreed in ((), AGREED[:1], AGREED[1:])
    ]
    for outcome in laurel.together(commands):
        refused(outcome, "statements_missing")
    assert await laurel.happened(enrollment, "part_received") == []
    first, second = (
        laurel.starter("work", "submit", enrollment, 1, *AGREED, "--json") for _ in range(2)
    )
    assert (first.code, first.json) == (0, {"is_submission_complete": False})
    assert (second.code, second.json) == (0, first.json)
    assert len(await laurel.happened(enrollment, "part_received")) == 1
    late = laurel.starter(*answer(laurel, enrollment, 1, {"question/1": "Something better."}))
    assert "Part 1 of round 1" in refused(late, "part_already_submitted")
    await laurel.mail_is_out()
    receipts = [
        each for each in (await laurel.view(enrollment)).notices if each.kind == "part_received"
    ]
    assert [each.state for each in receipts] == ["accepted"]


async def test_evidence_that_nobody_could_look_at_blocks_part_2(laurel: Laurel) -> None:
    """Proves: what is wrong with a file or a place in it is found in the file itself; everything is
    listed with the detail that it concerns, and the journey hears nothing of it.
    """
    await laurel.library("folder")
    enrollment = await laurel.at_work("folder")
    pieces = (
        ("really-a-zip.pdf", archive(), "page 1", "mislabelled_file"),
        ("empty.pdf", b"", "page 1", "empty_file"),
        ("locked.pdf", protected_pdf("a secret"), "page 1", "password_protected"),
        ("letter.docx", document(), "page 1", "no_fixed_pages"),
        ("plan.pdf", pdf(), "pages 11-13", "page_outside"),
        ("plan.pdf", pdf(), "at 3:15", "locator_does_not_fit"),
    )
    for name, content, at, _ in pieces:
        artifact = uploaded(laurel, enrollment, name, content)
        assert laurel.starter(*evidence(enrollment, "detail/1.1", artifact, at)).code == 0
    as_json, as_text = laurel.together(
        [
            ("work", "submit", enrollment, 2, *AGREED, "--json"),
            ("work", "submit", enrollment, 2, *AGREED),
        ]
    )
    assert (as_json.code, as_json.refusal) == (2, "part_blocked")
    points = points_of(as_json)
    assert [(each["concerns"], each["code"]) for each in points] == [
        *(("detail/1.1", code) for *_, code in pieces),
        ("detail/2.1", "evidence_missing"),
    ]
    assert "A log that was kept." in str(points[-1]["sentence"])
    assert "The file has 12 pages; page 13 does not exist." in str(points[4]["sentence"])
    assert (as_text.code, as_text.out, as_text.widest <= WIDTH) == (2, "", True)
    assert all(f"  - {each['code']}: " in as_text.err for each in points)
    assert await laurel.happened(enrollment, "part_received") == []


async def test_evidence_that_cannot_be_meant_is_refused(laurel: Laurel) -> None:
    """Proves: a place, a file or a detail that cannot be meant is refused with its code, and the
    draft stays empty.
    """
    await laurel.library("shelf")
    enrollment, other = await laurel.at_work("shelf"), await laurel.at_work("shelf")
    mine = uploaded(laurel, enrollment, "plan.pdf", pdf())
    foreign = uploaded(laurel, other, "other.pdf", pdf())
    wrong = (
        ("locator_not_understood", ("detail/1.1", mine, "somewhere near the end")),
        ("locator_backwards", ("detail/1.1", mine, "pages 5-3")),
        ("unknown_item", ("detail/9.9", mine, "page 1")),
        ("unknown_item", ("question/1", mine, "page 1")),
        ("unknown_artifact", ("detail/1.1", "nothing", "page 1")),
        ("unknown_artifact", ("detail/1.1", foreign, "page 1")),
        ("control_characters", ("detail/1.1", mine, "page 1", "Look \x07 here")),
    )
    commands = [evidence(enrollment, *arguments) for _, arguments in wrong]
    for (code, _), outcome in zip(wrong, laurel.together(commands), strict=True):
        refused(outcome, code)
    findings = laurel.starter("work", "preflight", enrollment, 2, "--json").json_list
    assert [each["code"] for each in findings] == ["evidence_missing"] * 2


async def test_an_upload_says_what_the_file_is(laurel: Laurel) -> None:
    """Proves: an upload prints its documented fields with the hash read back; the same file twice
    is one; a path without a file and a name that cannot be shown are refused.
    """
    await laurel.library("drawer")
    enrollment = await laurel.at_work("drawer")
    file = laurel.file(pdf(), "drawer plan.pdf")
    first, again = (laurel.starter("work", "upload", enrollment, file, "--json") for _ in range(2))
    assert list(first.json) == ["id", "name", "stored", "inspection"]
    assert (first.json, first.json["name"]) == (again.json, "drawer plan.pdf")
    inspection = first.json["inspection"]
    assert isinstance(inspection, dict)
    assert (inspection["kind"], inspection["pages"], inspection["problem"]) == ("pdf", 12, None)
    text = laurel.starter("work", "upload", enrollment, file)
    assert (text.code, text.widest <= WIDTH, str(first.json["id"]) in text.out) == (0, True, True)
    wrong = {
        ("nothing.pdf",): "file_not_found",
        (laurel.folder,): "file_not_found",
        (file, "--name", "n" * 300): "text_too_long",
        (file, "--name", "folder/"): "file_name_missing",
        (file, "--name", "a\x1b[31mb.pdf"): "control_characters",
    }
    commands = [("work", "upload", enrollment, *what, "--json") for what in wrong]
    for code, outcome in zip(wrong.values(), laurel.together(commands), strict=True):
        refused(outcome, code)


async def test_a_name_in_the_text_is_warned_about_and_blocks_nothing(laurel: Laurel) -> None:
    """Proves: assessment is blind, so a practitioner's name in an answer is a warning, no more."""
    await laurel.library("mirror")
    enrollment = await laurel.at_work("mirror")
    name = (await laurel.view(enrollment)).practitioner
    told = {"reflection": f"{ANSWERS[3]['reflection']} Yours, {name.upper()}."}
    assert laurel.starter(*answer(laurel, enrollment, 3, told)).code == 0
    outcome = laurel.starter("work", "preflight", enrollment, 3)
    assert (outcome.code, outcome.out) == (0, "Part 3 can be submitted.\n")
    assert outcome.err.startswith("Please look: Your name or address shows")


async def test_all_three_parts_open_the_round(laurel: Laurel) -> None:
    """Proves: the commands alone lead from an empty draft to an open round, and a byte-order mark
    in front of the answers is no obstacle.
    """
    await laurel.library("desk", "dora")
    enrollment = await laurel.at_work("desk")
    marked = b"\xef\xbb\xbf" + json.dumps(ANSWERS[3]).encode()
    for part, content in ((1, ANSWERS[1]), (3, marked)):
        assert laurel.starter(*answer(laurel, enrollment, part, content)).code == 0
    artifact = uploaded(laurel, enrollment, "plan.pdf", pdf())
    for item in ("detail/1.1", "detail/2.1", "detail/2.1"):
        pointed = laurel.starter(*evidence(enrollment, item, artifact, "page 2"))
        assert pointed.code == 0
    assert pointed.json["version"] == 2, "the same evidence twice is one piece"
    submitted = [
        laurel.starter("work", "submit", enrollment, part, *AGREED, "--json").json
        for part in (1, 2, 3)
    ]
    assert [each["is_submission_complete"] for each in submitted] == [False, False, True]
    await laurel.until(enrollment, Stage.OFFERED)
