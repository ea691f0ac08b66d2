"""What a practitioner writes: drafts, based on the version that their page showed.

Needs the records alone, so writing goes on while the engine is out of reach.
"""

from datetime import UTC, datetime

from adapters.records.part_book import PartBook
from domain.answers import Seen, cleaned_answers
from domain.submission import Draft


class DraftDesk:
    """Acts of a practitioner on the drafts of one enrollment."""

    def __init__(self, parts: PartBook) -> None:
        self._parts = parts

    async def write(self, enrollment_id: str, seen: Seen, answers: dict[str, str]) -> Draft:
        """Write answers into the draft that was ``seen``; answers not named stay as they are.

        What the draft says already is not written again, so a write whose answer was lost may be
        repeated. Raises ``AnswersNotKept``, ``StaleVersion`` (trap 9), ``StaleRound`` (trap 10).
        """
        cleaned = cleaned_answers(answers)
        work = await self._parts.open_work(enrollment_id)
        draft = await self._parts.draft(enrollment_id, seen.part)
        written = {**draft.answers, **cleaned}
        if (written, seen.round) == (draft.answers, work.round):
            return draft
        based_on_seen = draft.model_copy(update={"answers": written, "version": seen.version})
        return await self._parts.save(enrollment_id, based_on_seen, _now(), seen.round)

    async def put_back(self, enrollment_id: str, seen: Seen, earlier: Draft) -> Draft:
        """Make an ``earlier`` version of the draft that was ``seen`` its newest one.

        Raises ``StaleVersion``, ``StaleRound``.
        """
        newest = earlier.model_copy(update={"version": seen.version})
        return await self._parts.save(enrollment_id, newest, _now(), seen.round, keeps_before=True)


def _now() -> datetime:
    return datetime.now(UTC)
