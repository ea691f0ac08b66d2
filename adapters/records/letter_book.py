"""Letters as they were handed over: kept with the claim of a sending, read by operations."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.operations_tables import LetterRow
from adapters.records.tables import NoticeRow
from domain.kept_letters import KeptLetter
from domain.notice_rules import UnknownNotice
from domain.values import Instant, Value


class LetterView(Value):
    """One notice with the letter that was handed over and what the mail server said.

    ``letter`` is None while nothing was handed over, and for notices from before letters were kept.
    """

    notice_id: str
    subject_id: str
    kind: str
    recipient: str
    round: int | None
    state: str
    intended_at: Instant
    settled_at: Instant | None
    attempts: int
    reply: str
    superseded_by: str | None
    letter: KeptLetter | None


class LetterBook:
    """Where letters are read again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def letter(self, notice_id: str) -> LetterView:
        """Return a notice as it was sent, in one query. Raises ``UnknownNotice``."""
        async with self._database.reading() as session:
            found = await session.execute(
                select(NoticeRow, LetterRow)
                .outerjoin(LetterRow, LetterRow.notice_id == NoticeRow.id)
                .where(NoticeRow.id == notice_id)
            )
            row = found.one_or_none()
        if row is None:
            raise UnknownNotice(notice=notice_id)
        notice, letter = row
        return LetterView(
            notice_id=notice.id,
            subject_id=notice.subject_id,
            kind=notice.kind,
            recipient=notice.recipient,
            round=notice.round,
            state=notice.state,
            intended_at=notice.intended_at,
            settled_at=notice.settled_at,
            attempts=notice.attempts,
            reply=notice.reply,
            superseded_by=notice.superseded_by,
            letter=_kept(letter) if letter else None,
        )


def _kept(row: LetterRow) -> KeptLetter:
    return KeptLetter(
        to_name=row.to_name,
        to_address=row.to_address,
        subject=row.subject,
        text=row.text,
        handed_at=row.handed_at,
    )


async def keep_letter(session: AsyncSession, notice_id: str, letter: KeptLetter) -> None:
    """Keep what is handed over now; what a further attempt says takes its place."""
    said = letter.model_dump()
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(LetterRow) if is_sqlite else postgresql.insert(LetterRow)
    await session.execute(
        insert.values(notice_id=notice_id, **said).on_conflict_do_update(
            index_elements=[LetterRow.notice_id], set_=said
        )
    )
