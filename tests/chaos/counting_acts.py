"""Acknowledged acts: whatever somebody was told was done must be found in the records, and once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import select

from adapters.files import FileStore
from adapters.records.credential_tables import CredentialRow
from adapters.records.database import Database
from adapters.records.round_tables import (
    ArtifactRow,
    AssignmentRow,
    DraftRow,
    MarkRow,
    RevisionRow,
)
from adapters.records.state_tables import TranscriptRow
from adapters.records.tables import (
    EnrollmentRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
    TimelineRow,
)
from domain.assignment import AssignmentState
from domain.enrollment import Ending
from domain.evidence import FileCorrupt, FileMissing
from domain.orders import LineState
from domain.timeline import Happening
from tests.chaos.acts import Acknowledged, ActKind
from tests.chaos.counting_twice import Times, enrolled_twice, times_of, too_often
from tests.chaos.counts import Count, told, wrong
from tests.chaos.journal import lines_of

NAMED: Final = {
    ActKind.SUBMITTED: Happening.PART_RECEIVED,
    ActKind.ACCEPTED: Happening.OFFER_ACCEPTED,
}
"""Acts whose line in a timeline says which of its kind it is."""

AT_LEAST: Final = {
    ActKind.EXTENDED: Happening.DUE_TIME_EXTENDED,
    ActKind.JUDGED: Happening.JUDGED,
    ActKind.PASSED_BACK: Happening.PASSED_BACK,
    ActKind.CONFIRMED: Happening.DECIDED,
    ActKind.GRANTED: Happening.ROUND_GRANTED,
}
"""Acts that leave a line each; acts without an answer may have left some more."""


@dataclass
class Found:
    """What the records hold at the end, by what acts name."""

    orders: Mapping[str, bool] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    endings: Mapping[str, str | None] = field(default_factory=dict)
    verified: frozenset[str] = frozenset()
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    said: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    files: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    marks: Mapping[tuple[str, str], str | None] = field(default_factory=dict)
    assignments: Mapping[str, str] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    """Credentials that another one replaces."""
    transcribed: frozenset[str] = frozenset()
    """People who have a transcript."""
    times: Times = field(default_factory=Counter)
    twice: tuple[str, ...] = ()
    """Enrollments that are more than one."""

    def has(self, act: Acknowledged) -> bool:
        """Tell whether an act left what it had to leave."""
        place = (act.subject_id, act.key)
        looks: dict[ActKind, Callable[[], bool]] = {
            ActKind.PAID: lambda: self.orders.get(act.subject_id, False),
            ActKind.REFUNDED: lambda: self.lines.get(act.subject_id) == LineState.REFUNDED,
            ActKind.VERIFIED: lambda: act.subject_id in self.verified,
            ActKind.WROTE: lambda: self.texts.get(place) == act.value.strip(),
            ActKind.POINTED: lambda: act.value in self.said.get(place, ()),
            ActKind.UPLOADED: lambda: self.files.get(place, False),
            ActKind.MARKED: lambda: self.marks.get(place) == act.value,
            ActKind.DECLINED: lambda: self.assignments.get(act.key) == AssignmentState.DECLINED,
            ActKind.REASSIGNED: lambda: self.assignments.get(act.key) == AssignmentState.REASSIGNED,
            ActKind.WITHDRAWN: lambda: self.endings.get(act.subject_id) == Ending.WITHDRAWN,
            ActKind.REISSUED: lambda: act.key in self.replaced,
            ActKind.TRANSCRIBED: lambda: act.key in self.transcribed,
        }
        if act.kind in NAMED:
            return self.times[(act.subject_id, NAMED[act.kind], act.key)] > 0
        if act.kind in AT_LEAST:
            return True  # counted together
        return looks[act.kind]()


async def count_acts(records: Database, files: FileStore, log: Path) -> list[Count]:
    """Return how many acts were acknowledged, lost, and done twice."""
    acts = list(lines_of(log, Acknowledged))
    return counted(acts, await _found(records, files))


def counted(acts: Sequence[Acknowledged], found: Found) -> list[Count]:
    """Return what of some acts is not found in the records, and what is found too often."""
    lost = [f"{each.kind} {each.subject_id} {each.key}" for each in acts if not found.has(each)]
    return [
        told("acts that were acknowledged", len(acts)),
        wrong("acknowledged acts lost", [*lost, *_too_few(acts, found)]),
        wrong("acts done twice", [*too_often(found.times), *found.twice]),
    ]


def _too_few(acts: Iterable[Acknowledged], found: Found) -> list[str]:
    wanted = Counter((each.subject_id, each.kind) for each in acts if each.kind in AT_LEAST)
    happened = Counter[tuple[str, Happening]]()
    for (subject, line, _), number in found.times.items():
        happened[(subject, line)] += number
    # Two operators who press the same decision at once make one.
    one_is_enough = {ActKind.CONFIRMED, ActKind.PASSED_BACK}
    return [
        f"{kind} {subject}: {happened[(subject, AT_LEAST[kind])]} of {number}"
        for (subject, kind), number in wanted.items()
        if happened[(subject, AT_LEAST[kind])] < (1 if kind in one_is_enough else number)
    ]


async def _found(records: Database, files: FileStore) -> Found:
    async with records.reading() as session:
        lines = (await session.scalars(select(OrderLineRow))).all()
        orders = {each.id: each.is_complete for each in await session.scalars(select(OrderRow))}
        journeys = (await session.scalars(select(EnrollmentRow))).all()
        people = {p.id for p in await session.scalars(select(PersonRow)) if p.verified_at}
        happened = (await session.scalars(select(TimelineRow))).all()
        marks = (await session.scalars(select(MarkRow))).all()
        held = {each.id: each.state for each in await session.scalars(select(AssignmentRow))}
        artifacts = (await session.scalars(select(ArtifactRow))).all()
        frozen = select(RevisionRow).where(RevisionRow.accepted_at.is_not(None))
        revisions = (await session.scalars(frozen)).all()
        drafts = (await session.scalars(select(DraftRow))).all()
        replaced = set(await session.scalars(select(CredentialRow.replaces_id)))
        transcribed = set(await session.scalars(select(TranscriptRow.person_id)))
    texts, said = _written([*drafts, *revisions])
    return Found(
        orders=orders,
        lines={each.id: each.state for each in lines},
        endings={each.id: each.ending for each in journeys},
        verified=frozenset(each.id for each in journeys if each.person_id in people),
        texts=texts,
        said=said,
        files={(a.enrollment_id, a.sha256): await _is_whole(files, a) for a in artifacts},
        marks={(m.enrollment_id, f"{m.round}/{m.assessor_id}/{m.item}"): m.kind for m in marks},
        assignments=held,
        replaced=frozenset(each for each in replaced if each is not None),
        transcribed=frozenset(transcribed),
        times=times_of(happened),
        twice=tuple(enrolled_twice(journeys)),
    )


async def _is_whole(files: FileStore, artifact: ArtifactRow) -> bool:
    """Tell whether the store gives an artifact back as it was, and it was looked into."""
    try:
        stored = await files.read_back(artifact.sha256)
    except (FileMissing, FileCorrupt):
        return False
    return stored.size == artifact.size and artifact.inspection is not None


def _written(
    rows: Iterable[DraftRow | RevisionRow],
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], frozenset[str]]]:
    """Return the texts and the explanations by enrollment, round and item; what is frozen wins."""
    from domain.submission import Draft

    texts: dict[tuple[str, str], str] = {}
    said: dict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    for row in rows:
        draft = Draft.model_validate({"part": row.part, **row.content})
        for key, text in draft.answers.items():
            texts[(row.enrollment_id, f"{row.round}/{key}")] = text.strip()
        for key, pieces in draft.evidence.items():
            place = (row.enrollment_id, f"{row.round}/{key}")
            said[place] |= {each.explanation for each in pieces}
    return texts, said
