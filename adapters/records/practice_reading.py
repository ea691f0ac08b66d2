"""The rows behind a practitioner's pages, read together: a handful of queries for any journey."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.part_reading import artifacts_of
from adapters.records.practice_values import MarkSaid, PracticeDue
from adapters.records.round_tables import DraftRow, MarkRow, RevisionRow, RoundRow
from adapters.records.tables import CatalogVersionRow, DueTimeRow, EnrollmentRow, PersonRow
from domain.assessment import Item, MarkKind, Obstacle, items_of
from domain.catalog import CatalogEntry
from domain.enrollment import COLLECTING, ClockKind, Ending, Party, Stage, UnknownEnrollment
from domain.part_standing import PartStanding, PartState, part_state
from domain.policy import Policy
from domain.submission import (
    Artifact,
    Draft,
    carried_forward,
    part_items,
    preflight,
    seeded_draft,
    words_of,
)

_TOLD = frozenset({ClockKind.ACCESS, ClockKind.ROUND_GRANT})
"""Clocks that a practitioner is told of although somebody else is waited on."""

_BEFORE_ACCESS = frozenset({None, Stage.VERIFYING, Stage.GRANTING_ACCESS})


@dataclass(frozen=True)
class Practice:
    """One journey's work as the records have it. Nothing of assessors or offers is in it."""

    row: EnrollmentRow
    person: PersonRow
    version: CatalogVersionRow
    due_row: DueTimeRow | None
    rounds: Mapping[int, RoundRow]
    drafts: Mapping[int, DraftRow]
    revisions: tuple[RevisionRow, ...]
    artifacts: Mapping[str, Artifact]

    @property
    def stage(self) -> Stage | None:
        """Where the journey stands; ``None`` before it has written anything."""
        return Stage(self.row.stage) if self.row.stage in set(Stage) else None

    @property
    def ending(self) -> Ending | None:
        """How it ended, if it did."""
        return Ending(self.row.ending) if self.row.ending else None

    @cached_property
    def entry(self) -> CatalogEntry:
        """The catalogue version that the enrollment pinned."""
        return CatalogEntry.model_validate(self.version.content)

    @cached_property
    def policy(self) -> Policy:
        """The policy that the journey pinned."""
        return Policy.model_validate(self.row.journey["policy"])

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Everything that is marked."""
        return items_of(self.entry)

    @cached_property
    def open_keys(self) -> frozenset[str]:
        """What is open in the round: everything, or what was not met in the one before."""
        before = self.rounds.get(self.row.round - 1)
        kept = before.not_met["items"] if before is not None and before.not_met else None
        if isinstance(kept, list):
            return frozenset(str(key) for key in kept)
        return frozenset(item.key for item in self.items)

    @property
    def due(self) -> PracticeDue | None:
        """The running due time, if it concerns the practitioner; an assessor's never does."""
        due = self.due_row
        if due is None or not self._is_told(ClockKind(due.clock)):
            return None
        return PracticeDue(
            at=due.due_at, zone=due.zone, why=due.explanation, clock=ClockKind(due.clock)
        )

    def _is_told(self, clock: ClockKind) -> bool:
        return self.row.waiting_on == Party.PRACTITIONER or clock in _TOLD

    def received(self, part: int) -> RevisionRow | None:
        """Return the revision that came in with the open round."""
        newest = self.newest(part)
        return newest if newest is not None and newest.round == self.row.round else None

    def newest(self, part: int) -> RevisionRow | None:
        """Return the latest revision of a part that was received."""
        return next((each for each in reversed(self.revisions) if each.part == part), None)

    def previous(self, part: int) -> Draft | None:
        """Return what was received of a part before the open round."""
        before = [r for r in self.revisions if r.part == part and r.round < self.row.round]
        return Draft.model_validate(before[-1].content) if before else None

    def draft(self, part: int) -> Draft:
        """Return the draft in the open round, as its book does."""
        row = self.drafts.get(part)
        if row is not None:
            return Draft.model_validate(row.content)
        return seeded_draft(self.previous(part), part, self.open_keys)

    def whole(self, part: int) -> Draft:
        """Return what counts of a part: what was received, else what would be frozen now."""
        newest = self.received(part) or (self.newest(part) if not self._is_open(part) else None)
        if newest is not None:
            return Draft.model_validate(newest.content)
        return carried_forward(self.previous(part), self.draft(part), self.open_keys)

    def open_items(self, part: int) -> tuple[Item, ...]:
        """Return the items of a part that are open in the round."""
        return tuple(i for i in part_items(self.items, part) if i.key in self.open_keys)

    def _is_open(self, part: int) -> bool:
        return self.stage in COLLECTING and bool(self.open_items(part))

    def state(self, part: int) -> PartState:
        """Return where a part stands."""
        return part_state(
            has_access=self.stage not in _BEFORE_ACCESS,
            open_items=len(self.open_items(part)),
            is_received=self.received(part) is not None,
            is_written=part in self.drafts,
            round_number=self.row.round,
        )

    def standing(self, part: int) -> PartStanding:
        """Return a part as it is seen from afar, with how much blocks it."""
        whole, newest, saved = self.whole(part), self.newest(part), self.drafts.get(part)
        is_open = self._is_open(part) and self.received(part) is None
        findings = preflight(self.entry, self.open_items(part), whole, self.artifacts)
        about = self.entry.part(part)
        return PartStanding(
            part=part,
            title=about.title,
            state=self.state(part),
            items=len(part_items(self.items, part)),
            open_items=len(self.open_items(part)),
            words=words_of(whole),
            minimum_words=about.minimum_words,
            pieces=sum(len(pieces) for pieces in whole.evidence.values()),
            is_open=is_open,
            blockers=len(findings) if is_open else 0,
            saved_at=saved.saved_at if saved else None,
            received_at=newest.accepted_at if newest else None,
            received_round=newest.round if newest else None,
        )


async def practice_of(session: AsyncSession, enrollment_id: str) -> Practice:
    """Return a journey's work in five queries. Raises ``UnknownEnrollment``."""
    found = await session.execute(
        select(EnrollmentRow, PersonRow, CatalogVersionRow, DueTimeRow)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .outerjoin(DueTimeRow, DueTimeRow.id == EnrollmentRow.due_id)
        .where(EnrollmentRow.id == enrollment_id)
    )
    head = found.one_or_none()
    if head is None:
        raise UnknownEnrollment(enrollment=enrollment_id)
    row, person, version, due = head
    return Practice(
        row=row,
        person=person,
        version=version,
        due_row=due,
        rounds=await _rounds(session, enrollment_id),
        drafts=await _drafts(session, row),
        revisions=await _revisions(session, enrollment_id),
        artifacts=await artifacts_of(session, enrollment_id),
    )


async def _rounds(session: AsyncSession, enrollment_id: str) -> dict[int, RoundRow]:
    rows = await session.scalars(
        select(RoundRow).where(RoundRow.enrollment_id == enrollment_id).order_by(RoundRow.number)
    )
    return {row.number: row for row in rows}


async def _drafts(session: AsyncSession, enrollment: EnrollmentRow) -> dict[int, DraftRow]:
    rows = await session.scalars(
        select(DraftRow).where(
            DraftRow.enrollment_id == enrollment.id, DraftRow.round == enrollment.round
        )
    )
    return {row.part: row for row in rows}


async def _revisions(session: AsyncSession, enrollment_id: str) -> tuple[RevisionRow, ...]:
    rows = await session.scalars(
        select(RevisionRow)
        .where(RevisionRow.enrollment_id == enrollment_id, RevisionRow.accepted_at.is_not(None))
        .order_by(RevisionRow.round, RevisionRow.part)
    )
    return tuple(rows)


async def marks_said(session: AsyncSession, enrollment_id: str) -> tuple[MarkSaid, ...]:
    """Return the marks of every round that is decided, in the order of rounds; none before."""
    rows = await session.execute(
        select(MarkRow, RoundRow.decided_at)
        .join(
            RoundRow,
            (RoundRow.enrollment_id == MarkRow.enrollment_id)
            & (RoundRow.number == MarkRow.round)
            & (RoundRow.judged_by == MarkRow.assessor_id),
        )
        .where(
            MarkRow.enrollment_id == enrollment_id,
            MarkRow.decided_at.is_not(None),
            MarkRow.kind.is_not(None),
            RoundRow.decided_at.is_not(None),
        )
        .order_by(MarkRow.round, MarkRow.item)
    )
    return tuple(
        MarkSaid(
            item=mark.item,
            round=mark.round,
            at=decided_at or mark.marked_at,
            kind=MarkKind(mark.kind or MarkKind.NOT_MET),
            obstacle=Obstacle(mark.obstacle) if mark.obstacle else None,
            feedback=mark.feedback,
        )
        for mark, decided_at in rows
    )
