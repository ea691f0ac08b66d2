"""Comparing a preview with what the act then really did, from the records of a journey."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import select, update

from adapters.records.tables import AttentionRow, DueTimeRow, EnrollmentRow, NoticeRow
from domain.enrollment import AttentionKind
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.previews import Act, DueForecast, Preview
from domain.values import opaque_id
from office.previews import Previews
from tests.house import House

Told = tuple[str, str]
"""A notice as tests speak of it: its kind and who gets it."""

STRAY = (
    (NoticeKind.VERIFY_REMINDER, Recipient.PRACTITIONER),
    (NoticeKind.ACCESS_UNUSED, Recipient.PRACTITIONER),
    (NoticeKind.PART_RECEIVED, Recipient.PRACTITIONER),
    (NoticeKind.OFFER_REMINDER, Recipient.ASSESSOR),
    (NoticeKind.ASSESSMENT_DUE, Recipient.ASSESSOR),
    (NoticeKind.RESUBMISSION_ENDING, Recipient.PRACTITIONER),
    (NoticeKind.WITHDRAWN, Recipient.PRACTITIONER),
)
"""Notices that nobody sends: an act cancels some of them, and the preview has to say which."""


_STRAYS = count(1)


@dataclass(frozen=True)
class Seen:
    """What the records say of one journey at one moment."""

    stage: str
    ending: str | None
    round: int
    waiting_on: str
    due_id: str | None
    due: tuple[str, datetime, str] | None
    notices: dict[str, tuple[str, str, str]]
    attention: frozenset[str]


async def seen(house: House, enrollment_id: str) -> Seen:
    """Return what the records say now."""
    async with house.database.reading() as session:
        row = await session.get_one(EnrollmentRow, enrollment_id)
        due = await session.get(DueTimeRow, row.due_id) if row.due_id else None
        notices = await session.scalars(
            select(NoticeRow).where(NoticeRow.subject_id == enrollment_id)
        )
        kinds = await session.scalars(
            select(AttentionRow.kind).where(
                AttentionRow.subject_id == enrollment_id, AttentionRow.closed_at.is_(None)
            )
        )
        return Seen(
            stage=row.stage,
            ending=row.ending,
            round=row.round,
            waiting_on=row.waiting_on,
            due_id=row.due_id,
            due=(due.clock, due.due_at, counted(due.explanation)) if due else None,
            notices={each.id: (each.kind, each.recipient, each.state) for each in notices},
            attention=frozenset(kinds),
        )


def counted(explanation: str) -> str:
    """Return how a due time was counted, without the minute from which on."""
    return explanation.partition(" + ")[2]


async def stray_notices(house: House, enrollment_id: str) -> None:
    """Intend a notice of many kinds and put none of them on the queue."""
    standing = await house.standing(enrollment_id)
    async with house.database.transaction() as session:
        for number, (kind, to) in enumerate(STRAY):
            session.add(
                NoticeRow(
                    id=opaque_id("n", "stray", str(next(_STRAYS))),
                    subject_id=enrollment_id,
                    order_id="order",
                    kind=kind,
                    recipient=to,
                    round=standing.round,
                    ordinal=900 + number,
                    assignment_id=standing.offer.assignment_id if standing.offer else None,
                    state=NoticeState.INTENDED,
                    intended_at=datetime.now(UTC),
                )
            )


async def put_away(house: House, enrollment_id: str) -> None:
    """Leave no stray notice behind that a later look at the mail would count."""
    async with house.database.transaction() as session:
        await session.execute(
            update(NoticeRow)
            .where(NoticeRow.subject_id == enrollment_id, NoticeRow.ordinal >= 900)
            .values(state=NoticeState.CANCELLED)
        )


async def previewed(house: House, act: Act, enrollment_id: str) -> Preview:
    """Return the preview of an act as of now."""
    previews = Previews(house.database, house.settings.programme_zone)
    return await previews.preview(act, enrollment_id, datetime.now(UTC))


def assert_came_true(preview: Preview, before: Seen, after: Seen) -> None:
    """Everything that the preview said came about, and nothing of its sorts beside that."""
    assert preview.refusal is None
    stage = preview.stage.value if preview.stage else None
    ending = preview.ending.value if preview.ending else None
    party = preview.waiting_on.value if preview.waiting_on else None
    assert (stage, ending, preview.round, party) == (
        after.stage,
        after.ending,
        after.round,
        after.waiting_on,
    )
    assert _due(preview.due) == after.due
    assert preview.is_due_new is (after.due_id not in (None, before.due_id))
    assert sorted((each.kind.value, each.to.value) for each in preview.sent) == _new(before, after)
    assert {each.notice_id for each in preview.cancelled} == _cancelled(before, after)
    assert {kind.value for kind in preview.opened} == after.attention - before.attention
    assert {kind.value for kind in preview.closed} == before.attention - after.attention


def _due(forecast: DueForecast | None) -> tuple[str, datetime, str] | None:
    if forecast is None:
        return None
    return (forecast.clock, forecast.at, counted(forecast.explanation))


def _new(before: Seen, after: Seen) -> list[Told]:
    return sorted(
        (kind, to) for key, (kind, to, _) in after.notices.items() if key not in before.notices
    )


def _cancelled(before: Seen, after: Seen) -> set[str]:
    return {
        key
        for key, (_, _, state) in before.notices.items()
        if state == NoticeState.INTENDED and after.notices[key][2] == NoticeState.CANCELLED
    }


async def needs_attention(house: House, enrollment_id: str, *kinds: AttentionKind) -> None:
    """Open attention of these kinds."""
    async with house.database.transaction() as session:
        row = await session.get_one(EnrollmentRow, enrollment_id)
        for kind in kinds:
            session.add(
                AttentionRow(subject_id=enrollment_id, kind=kind, opened_at=datetime.now(UTC))
            )
            row.open_attention += 1
