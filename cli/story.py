"""A journey told as a story: each step's instant, who was waited on, and which mail went out."""

import textwrap
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Final

from adapters.records.view_values import DueTimeLine, JourneyView, NoticeLine, TimelineLine
from cli.output import WIDTH, say, shown_instant
from domain.timeline import Happening
from domain.values import Instant, Value

_SENTENCES: Final[dict[str, str]] = {
    Happening.ENROLLED: "The paid order became an enrollment.",
    Happening.ACCOUNT_VERIFIED: "The practitioner verified the account.",
    Happening.ACCESS_GRANTED: "The mail server accepted the access mail: the promise is met.",
    Happening.ACCESS_PROMISE_BROKEN: "Two business days passed without access.",
    Happening.PART_RECEIVED: "Part {part} was received and is frozen.",
    Happening.ROUND_OPENED: "All parts are in: round {round} opened.",
    Happening.OFFERED: "The round was offered to an assessor.",
    Happening.NOBODY_TO_OFFER: "Nobody could be offered the round; it waits.",
    Happening.OFFER_ACCEPTED: "The assessor accepted.",
    Happening.ASSIGNMENT_ENDED: "The assignment ended: {outcome}.",
    Happening.JUDGED: "The assessor judged the round.",
    Happening.DECIDED: "The judgement is final: {judgement}.",
    Happening.AWARDED: "The credential was awarded.",
    Happening.CREDENTIAL_ISSUED: "The credential was signed and issued.",
    Happening.CREDENTIAL_REVOKED: "The credential was revoked.",
    Happening.CREDENTIAL_REISSUED: "The credential was issued anew; the earlier one is revoked.",
    Happening.ENDED: "The journey ended: {ending}.",
}

_WAITING: Final = {
    "verifying": "verify the account",
    "granting_access": "accept the access mail",
    "working": "submit the three parts",
    "queued": "find an assessor",
    "offered": "answer the offer",
    "assessing": "mark and judge",
    "approving": "confirm the judgement",
    "revising": "submit what was not met",
}


class _Told(Value):
    at: Instant
    order: int
    text: str
    is_step: bool


def tell(view: JourneyView, due_times: dict[str, DueTimeLine]) -> None:
    """Print the story of a journey."""
    say(f"\nThe journey of enrollment {view.enrollment_id}: {view.title} ({view.library})")
    lines = sorted(
        [*_steps(view, due_times), *_mails(view.notices)], key=lambda line: (line.at, line.order)
    )
    for instant, together in groupby(lines, key=attrgetter("at")):
        when = shown_instant(instant, view.zone)
        for number, line in enumerate(together):
            margin = " " * len(when) if number else when
            mark = "  " if line.is_step else "    > "
            hanging = " " * (len(when) + len(mark) + 2)
            wrapped = textwrap.fill(f"{margin}{mark}{line.text}", WIDTH, subsequent_indent=hanging)
            say(wrapped)


def _steps(view: JourneyView, due_times: dict[str, DueTimeLine]) -> Iterator[_Told]:
    for order, line in enumerate(view.timeline):
        sentence = _SENTENCES.get(line.what)
        if sentence is not None:
            yield _Told(at=line.at, order=order * 2, text=_filled(sentence, line), is_step=True)
        due = due_times.get(str(line.facts.get("due_id", "")))
        if due is not None and line.at <= due.due_at:
            text = f"{_waited_on(line)}. {due.why}"
            yield _Told(at=line.at, order=order * 2 + 1, text=text, is_step=True)


def _filled(sentence: str, line: TimelineLine) -> str:
    is_proficient = line.facts.get("is_proficient")
    judgement = "proficient" if is_proficient else "not yet"
    facts = {key: value for key, value in line.facts.items() if key != "round"}
    return sentence.format(round=line.round, judgement=judgement, **facts)


def _waited_on(line: TimelineLine) -> str:
    stage = str(line.facts.get("stage", "offered" if line.what == Happening.OFFERED else "queued"))
    party = {"offered": "assessor", "queued": "ops"}.get(stage, line.facts.get("waiting_on"))
    who = "the mail server" if party == "engine" else f"the {party}" if party != "ops" else "ops"
    return f"Now {who} has to {_WAITING.get(stage, stage)}"


def _mails(notices: tuple[NoticeLine, ...]) -> Iterator[_Told]:
    for order, notice in enumerate(notices):
        told = notice.kind.replace("_", " ")
        code = notice.reply.partition(" ")[0]
        said = f" (the mail server said {code})" if code.isdigit() else ""
        yield _Told(
            at=notice.intended_at,
            order=100_000 + order,
            text=f"mail “{told}” to the {notice.recipient}: {notice.state}{said}",
            is_step=False,
        )
