"""Notices: what the records say became of each, against what the mail server itself wrote down."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select

from adapters.records.database import Database
from adapters.records.tables import DueTimeRow, EnrollmentRow, NoticeRow, TimelineRow
from domain.enrollment import Reminder
from domain.notices import NoticeState
from tests.chaos.clocks import has_short_days
from tests.chaos.counts import Count, told, wrong
from tests.chaos.journal import lines_of
from tests.chaos.sink import SinkLine

MOST_TAKEN: Final = 2
"""Once, and once more in the gap that SMTP leaves."""

A_REMINDERS_TIME: Final = timedelta(hours=1)
A_SHORT_REMINDERS_TIME: Final = timedelta(seconds=8)
"""What a reminder may be late by, and must have had before its due time or the next stage."""

_REMINDERS: Final = TypeAdapter(tuple[Reminder, ...])
_OUT: Final = frozenset({NoticeState.INTENDED, NoticeState.SENDING})
_TROUBLE: Final = frozenset({NoticeState.REFUSED, NoticeState.UNKNOWN})


async def count_mail(
    records: Database,
    sink_log: Path,
    *,
    past: Collection[str] = (),
    gaps: int | None = None,
) -> list[Count]:
    """Return what became of every notice.

    ``past`` are those of which operations were told that they no longer apply; ``gaps`` says how
    often something happened after which nobody knows whether a letter was taken.
    """
    async with records.reading() as session:
        notices = (await session.scalars(select(NoticeRow))).all()
    lines = list(lines_of(sink_log, SinkLine))
    taken: dict[str, list[SinkLine]] = defaultdict(list)
    for line in lines:
        if line.is_taken:
            taken[line.notice_id].append(line)
    twice = _in_the_gap(notices, taken)
    return [
        *_tolds(notices, taken),
        *_wrongs(notices, taken),
        wrong("notices taken twice without an occasion", _beyond(twice, gaps)),
        wrong("notices refused or unknown that nobody dealt with", _left(notices, past)),
        wrong("refused, though the mail server never did", _refused_by_nobody(notices, lines)),
        wrong("reminders that never came", await _missing_reminders(records, notices)),
    ]


def _tolds(notices: Sequence[NoticeRow], taken: dict[str, list[SinkLine]]) -> list[Count]:
    again = "notices cancelled after a try of unknown outcome"
    return [
        told("notices intended", len(notices)),
        told("notices accepted", _in(notices, NoticeState.ACCEPTED)),
        told("notices cancelled, as they no longer applied", _in(notices, NoticeState.CANCELLED)),
        told(again, len(_taken_all_the_same(notices, taken))),
        told("notices refused by the mail server", _in(notices, NoticeState.REFUSED)),
        told("notices unknown, with operations", _in(notices, NoticeState.UNKNOWN)),
        told("letters that the mail server took", sum(map(len, taken.values()))),
        told("notices taken twice in the gap, flagged", len(_in_the_gap(notices, taken))),
    ]


def _wrongs(notices: Sequence[NoticeRow], taken: dict[str, list[SinkLine]]) -> list[Count]:
    known = {each.id for each in notices}
    settled = [each for each in notices if each.state == NoticeState.ACCEPTED]
    return [
        wrong("notices lost: accepted, never taken", (n.id for n in settled if n.id not in taken)),
        wrong("notices lost: still on their way", (n.id for n in notices if n.state in _OUT)),
        wrong("letters taken that nobody intended", taken.keys() - known),
        wrong("notices repeated outside the gap", _repeated(notices, taken)),
        wrong(
            "notices repeated under another Message-ID",
            (key for key, lines in taken.items() if len({each.message_id for each in lines}) > 1),
        ),
    ]


def _taken_all_the_same(
    notices: Iterable[NoticeRow], taken: dict[str, list[SinkLine]]
) -> list[str]:
    """Return what was cancelled, as nobody knew whether it was taken, and had been taken."""
    return [n.id for n in notices if n.state == NoticeState.CANCELLED and n.id in taken]


def _in(notices: Iterable[NoticeRow], state: NoticeState) -> int:
    return sum(each.state == state for each in notices)


def _in_the_gap(notices: Iterable[NoticeRow], taken: dict[str, list[SinkLine]]) -> list[str]:
    """Return what was taken twice, and flagged as unknown before it was sent again."""
    flagged = [each.id for each in notices if each.repeats > 0]
    return [each for each in flagged if len(taken.get(each, ())) == MOST_TAKEN]


def _beyond(twice: list[str], gaps: int | None) -> list[str]:
    """Return what was taken twice more often than the gap can have opened."""
    return [] if gaps is None else twice[gaps:]


def _left(notices: Iterable[NoticeRow], past: Collection[str]) -> Iterator[str]:
    """Yield what did not arrive, still applies, and was not sent again."""
    for notice in notices:
        is_trouble = notice.state in _TROUBLE and notice.superseded_by is None
        if is_trouble and notice.id not in past:
            yield f"{notice.id} {notice.kind} {notice.state}: {notice.reply}"


def _repeated(notices: Iterable[NoticeRow], taken: dict[str, list[SinkLine]]) -> list[str]:
    """Return what was taken more often than it may be."""
    in_the_gap = frozenset(_in_the_gap(notices, taken))
    return [key for key, lines in taken.items() if len(lines) > 1 and key not in in_the_gap]


def _refused_by_nobody(notices: Iterable[NoticeRow], lines: Iterable[SinkLine]) -> Iterator[str]:
    refusals = {line.answer for line in lines if line.answer.startswith("5")}
    for notice in notices:
        if notice.state == NoticeState.REFUSED and notice.reply not in refusals:
            yield f"{notice.id}: {notice.reply}"


async def _missing_reminders(records: Database, notices: Iterable[NoticeRow]) -> list[str]:
    """Return the reminders whose time came while their due time ran, and that were never intended.

    Several of a kind that were missed together come as one, so any later one of the kind will do.
    """
    intended: dict[tuple[str | None, str], list[datetime]] = defaultdict(list)
    for notice in notices:
        intended[(notice.due_id, notice.kind)].append(notice.intended_at)
    missing = []
    async for due, until, late in _ran(records):
        for reminder in _REMINDERS.validate_python(due.reminders["reminders"]):
            is_owed = reminder.at + late <= min(until, due.due_at)
            if reminder.notice is None or not is_owed:
                continue
            if not any(at >= reminder.at for at in intended[(due.id, reminder.notice)]):
                missing.append(f"{due.subject_id} {reminder.notice} {reminder.at:%d %b %H:%M:%S}")
    return missing


async def _ran(records: Database) -> AsyncIterator[tuple[DueTimeRow, datetime, timedelta]]:
    """Yield every due time that a journey waited for, until when, and how late it may remind."""
    async with records.reading() as session:
        dues = {each.id: each for each in await session.scalars(select(DueTimeRow))}
        journeys = (await session.scalars(select(EnrollmentRow))).all()
        happened = (await session.scalars(select(TimelineRow).order_by(TimelineRow.id))).all()
    lines: dict[str, list[TimelineRow]] = defaultdict(list)
    for line in happened:
        if "due_id" in line.facts:
            lines[line.enrollment_id].append(line)
    for journey in journeys:
        is_short = has_short_days(journey.journey)
        late = A_SHORT_REMINDERS_TIME if is_short else A_REMINDERS_TIME
        own = lines[journey.id]
        ends = [each.at for each in own[1:]] + [journey.last_at]
        for line, until in zip(own, ends, strict=bool(own)):
            due = dues.get(str(line.facts["due_id"]))
            if due is not None:
                yield due, until, late
