"""Marks as an assessor makes them: kept at once, without asking the engine.

So the work of an hour does not depend on a session, nor on anything but the records (trap 8).
"""

from datetime import UTC, datetime

from adapters.records.mark_book import MarkBook
from domain.assessment import Mark, written_mark


class MarkDesk:
    """Where marks are made."""

    def __init__(self, marks: MarkBook) -> None:
        self._marks = marks

    async def mark(
        self, assessor_id: str, enrollment_id: str, mark: Mark, round_number: int | None = None
    ) -> tuple[Mark, int]:
        """Save one mark on top of ``mark.version``, in the round that was seen (trap 10).

        Returns it with its new version, and the version of the whole sheet. Raises what
        ``MarkBook.save`` does, ``TextTooLong`` and ``ControlCharacters``.
        """
        written = written_mark(mark.item, mark.kind, mark.feedback, mark.obstacle, mark.version)
        at = datetime.now(UTC)
        return await self._marks.save(assessor_id, enrollment_id, written, at, round_number)
