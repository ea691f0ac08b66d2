"""What a practitioner's pages show: each a bounded number of queries, however long the journey."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.practice_reading import Practice, marks_said, practice_of
from adapters.records.practice_values import (
    BeforeSubmitting,
    FieldView,
    MarkSaid,
    NoticeSent,
    PartFile,
    PartView,
    PracticeHome,
    ReceiptView,
)
from adapters.records.round_tables import AwardRow
from adapters.records.subscriptions import subscription_of
from adapters.records.tables import NoticeRow, TimelineRow
from domain.assessment import Item, MarkKind
from domain.catalog import PART_NUMBERS
from domain.enrollment import Party
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.refusals import NotFound
from domain.submission import (
    Draft,
    Receipt,
    ReceiptEntry,
    UnknownPart,
    part_items,
)
from domain.timeline import Happening
from domain.words import count_words

MOST_NOTICES = 100
"""Mails that a page lists, the newest of them; a journey of three rounds has some thirty."""


class PartNotReceived(NotFound):
    """There is no receipt for a part that was not handed in."""

    code = "part_not_received"
    sentence = "Part {part} of round {round} was not received. It counts only once you submit it."


class PracticeViews:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def home(self, enrollment_id: str) -> PracticeHome:
        """Return where a journey stands. Raises ``UnknownEnrollment``."""
        async with self._database.reading() as session:
            practice = await practice_of(session, enrollment_id)
            row, person = practice.row, practice.person
            award = await session.get(AwardRow, enrollment_id)
            return PracticeHome(
                enrollment_id=row.id,
                title=practice.version.title,
                library=row.library,
                practitioner=person.name,
                address=person.address,
                stage=practice.stage,
                ending=practice.ending,
                ended_at=row.ended_at,
                round=row.round,
                is_ours_to_act=row.waiting_on == Party.OPS,
                due=practice.due,
                policy=practice.policy,
                rounds_left=await rounds_left(session, practice),
                parts=tuple(practice.standing(part) for part in PART_NUMBERS),
                decided_rounds=sum(1 for each in practice.rounds.values() if each.decided_at),
                awarded_at=award.awarded_at if award else None,
                notices=await _notices(session, enrollment_id),
                subscription_until=await subscription_of(session, person.id),
            )

    async def part(self, enrollment_id: str, part: int) -> PartView:
        """Return a part with its questions and texts. Raises ``UnknownPart``."""
        _refuse_unknown(part)
        async with self._database.reading() as session:
            practice = await practice_of(session, enrollment_id)
            return _part_view(practice, part, await marks_said(session, enrollment_id))

    async def before_submitting(self, enrollment_id: str, part: int) -> BeforeSubmitting:
        """Return what a submission of a part would freeze now."""
        _refuse_unknown(part)
        async with self._database.reading() as session:
            practice = await practice_of(session, enrollment_id)
            view = _part_view(practice, part, await marks_said(session, enrollment_id))
            whole = practice.whole(part)
            return BeforeSubmitting(
                view=view,
                files=_files(practice, whole),
                pieces=sum(len(pieces) for pieces in whole.evidence.values()),
                unchanged=tuple(_unchanged(practice, part, whole)),
            )

    async def receipt(
        self, enrollment_id: str, part: int, round_number: int | None = None
    ) -> ReceiptView:
        """Return the receipt of a part, the latest without a round. Raises ``PartNotReceived``."""
        _refuse_unknown(part)
        async with self._database.reading() as session:
            practice = await practice_of(session, enrollment_id)
            found = [
                each
                for each in practice.revisions
                if each.part == part and round_number in (None, each.round)
            ]
            if not found or found[-1].accepted_at is None:
                raise PartNotReceived(part=part, round=round_number or practice.row.round)
            revision, files = found[-1], found[-1].files.get("files", [])
            notices = await _notices(session, enrollment_id)
            return ReceiptView(
                enrollment_id=enrollment_id,
                title=practice.version.title,
                part_title=practice.entry.part(part).title,
                receipt=Receipt(
                    revision_id=revision.id,
                    part=part,
                    round=revision.round,
                    words=revision.words,
                    received_at=found[-1].accepted_at,
                    files=tuple(
                        ReceiptEntry.model_validate(each)
                        for each in (files if isinstance(files, list) else [])
                    ),
                ),
                notice=_of_part(notices, part, revision.round),
            )


def _refuse_unknown(part: int) -> None:
    if part not in PART_NUMBERS:
        raise UnknownPart(part=part)


def _part_view(practice: Practice, part: int, said: tuple[MarkSaid, ...]) -> PartView:
    about, saved, newest = (
        practice.entry.part(part),
        practice.drafts.get(part),
        practice.newest(part),
    )
    fields = [_field(practice, item, said) for item in part_items(practice.items, part)]
    return PartView(
        enrollment_id=practice.row.id,
        title=practice.version.title,
        part=part,
        part_title=about.title,
        stage=practice.stage,
        ending=practice.ending,
        state=practice.state(part),
        round=practice.row.round,
        version=practice.draft(part).version,
        saved_at=saved.saved_at if saved else None,
        received_at=newest.accepted_at if newest else None,
        received_round=newest.round if newest else None,
        minimum_words=about.minimum_words,
        fields=tuple(fields),
    )


def _field(practice: Practice, item: Item, said: tuple[MarkSaid, ...]) -> FieldView:
    text = practice.whole(item.part).answers.get(item.key, "")
    before = practice.previous(item.part)
    of_item = [each for each in said if each.item == item.key]
    latest = of_item[-1] if of_item else None
    is_met = latest is not None and latest.kind is MarkKind.MET
    return FieldView(
        key=item.key,
        label=item.label,
        question=item.text,
        text=text,
        words=count_words(text),
        is_open=item.key in practice.open_keys,
        met=latest if is_met else None,
        feedback=None if is_met else latest,
        earlier=before.answers.get(item.key, "") if before else None,
    )


def _files(practice: Practice, whole: Draft) -> tuple[PartFile, ...]:
    used = [piece.artifact_id for pieces in whole.evidence.values() for piece in pieces]
    return tuple(
        PartFile(name=each.name, size=each.stored.size, uses=used.count(each.id))
        for each in practice.artifacts.values()
        if each.id in used
    )


def _unchanged(practice: Practice, part: int, whole: Draft) -> Iterable[str]:
    before = practice.previous(part)
    if before is None:
        return
    for item in practice.open_items(part):
        is_same_text = whole.answers.get(item.key) == before.answers.get(item.key)
        if is_same_text and whole.evidence.get(item.key) == before.evidence.get(item.key):
            yield item.label


async def rounds_left(session: AsyncSession, practice: Practice) -> int:
    """Return how many rounds come after the present one: the policy's and those granted."""
    granted = await session.scalar(
        select(func.count())
        .select_from(TimelineRow)
        .where(
            TimelineRow.enrollment_id == practice.row.id,
            TimelineRow.kind == Happening.ROUND_GRANTED,
        )
    )
    return max(0, practice.policy.rounds + (granted or 0) - practice.row.round)


async def _notices(session: AsyncSession, enrollment_id: str) -> tuple[NoticeSent, ...]:
    """Return the mails to the practitioner, newest first; a cancelled one was never sent."""
    rows = await session.scalars(
        select(NoticeRow)
        .where(
            NoticeRow.subject_id == enrollment_id,
            NoticeRow.recipient == Recipient.PRACTITIONER,
            NoticeRow.state != NoticeState.CANCELLED,
        )
        .order_by(NoticeRow.intended_at.desc(), NoticeRow.id)
        .limit(MOST_NOTICES)
    )
    return tuple(
        NoticeSent(
            kind=NoticeKind(row.kind),
            state=NoticeState(row.state),
            at=row.settled_at or row.intended_at,
            part=row.part,
            round=row.round,
        )
        for row in rows
    )


def _of_part(notices: tuple[NoticeSent, ...], part: int, number: int) -> NoticeSent | None:
    return next(
        (
            each
            for each in notices
            if (each.kind, each.part, each.round) == (NoticeKind.PART_RECEIVED, part, number)
        ),
        None,
    )
