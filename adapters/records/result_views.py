"""What came of the decided rounds, for the practitioner: marks and feedback, never by whom."""

from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.practice_reading import Practice, marks_said, practice_of
from adapters.records.practice_values import MarkSaid, ResultLine, ResultView, RoundResult
from adapters.records.practice_views import rounds_left
from adapters.records.round_tables import AwardRow, RoundRow
from domain.assessment import MarkKind
from domain.submission import part_items


class ResultViews:
    """Reads the results of one journey."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def result(self, enrollment_id: str) -> ResultView:
        """Return every decided round; none of it before its decision is final."""
        async with self._database.reading() as session:
            practice = await practice_of(session, enrollment_id)
            return await self._view(session, practice)

    async def _view(self, session: AsyncSession, practice: Practice) -> ResultView:
        said = await marks_said(session, practice.row.id)
        award = await session.get(AwardRow, practice.row.id)
        decided = [row for row in practice.rounds.values() if row.decided_at is not None]
        return ResultView(
            enrollment_id=practice.row.id,
            title=practice.version.title,
            stage=practice.stage,
            ending=practice.ending,
            due=practice.due,
            round=practice.row.round,
            rounds_left=await rounds_left(session, practice),
            rounds=tuple(_round(practice, row, said) for row in decided),
            open_keys=practice.open_keys,
            awarded_at=award.awarded_at if award else None,
            issuer=practice.entry.issuer,
            pd_hours=practice.entry.pd_hours,
        )


def _round(practice: Practice, row: RoundRow, said: tuple[MarkSaid, ...]) -> RoundResult:
    assert row.decided_at is not None  # noqa: S101  only decided rounds get here
    outcomes = {
        f"detail/{outcome}.{number}": essential.text
        for outcome, essential in enumerate(practice.entry.outcomes, start=1)
        for number in range(1, len(essential.details) + 1)
    }
    now = {each.item: each for each in said if each.round == row.number}
    earlier = {
        each.item: each for each in said if each.round < row.number and each.kind is MarkKind.MET
    }
    lines = [
        ResultLine(
            key=item.key,
            part=part,
            label=item.label,
            text=item.text,
            outcome=outcomes.get(item.key, ""),
            said=now.get(item.key),
            met=earlier.get(item.key),
        )
        for part in (1, 2, 3)
        for item in part_items(practice.items, part)
    ]
    return RoundResult(
        number=row.number,
        decided_at=row.decided_at,
        is_proficient=bool(row.is_proficient),
        lines=tuple(lines),
    )
