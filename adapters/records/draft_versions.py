"""Earlier versions of drafts: kept with each save, thinned by the rule, read again."""

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.portal_tables import DraftVersionRow
from domain.draft_versions import KeptDraft, is_dropped, oldest_beyond
from domain.refusals import NotFound
from domain.submission import Draft, words_of
from domain.values import Instant, Value


class UnknownDraftVersion(NotFound):
    """No such version of the draft is kept."""

    code = "unknown_draft_version"
    sentence = "Version {version} of part {part} is not kept. Choose one from the list of versions."


class VersionLine(Value):
    """One kept version of a list."""

    version: int
    words: int
    saved_at: Instant


class DraftVersions:
    """Where earlier versions are read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(
        self, enrollment_id: str, round_number: int, part: int
    ) -> tuple[VersionLine, ...]:
        """Return what is kept of a part in a round, newest first; there is a bound to it."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(DraftVersionRow.version, DraftVersionRow.words, DraftVersionRow.saved_at)
                .where(
                    DraftVersionRow.enrollment_id == enrollment_id,
                    DraftVersionRow.round == round_number,
                    DraftVersionRow.part == part,
                )
                .order_by(DraftVersionRow.version.desc())
            )
            return tuple(
                VersionLine(version=version, words=words, saved_at=saved_at)
                for version, words, saved_at in rows
            )

    async def version(
        self, enrollment_id: str, round_number: int, part: int, version: int
    ) -> KeptDraft:
        """Return a draft as it was at one version. Raises ``UnknownDraftVersion``."""
        async with self._database.reading() as session:
            key = (enrollment_id, round_number, part, version)
            row = await session.get(DraftVersionRow, key)
            if row is None:
                raise UnknownDraftVersion(version=version, part=part)
            return _kept(row)


async def keep_version(
    session: AsyncSession,
    enrollment_id: str,
    round_number: int,
    saved: Draft,
    at: datetime,
    *,
    keeps_before: bool,
) -> None:
    """Keep a draft that is being saved, in the same transaction, and drop what may go.

    The version before it may not where the save ``keeps_before``.
    """
    newest = _newest(enrollment_id, round_number, saved.part).limit(2)
    latest, checkpoint = [*(await session.scalars(newest)), None, None][:2]
    if latest is not None and not keeps_before:
        before = _kept(checkpoint) if checkpoint is not None else None
        if is_dropped(before, _kept(latest), saved):
            await session.delete(latest)
    session.add(
        DraftVersionRow(
            enrollment_id=enrollment_id,
            round=round_number,
            part=saved.part,
            version=saved.version,
            content=saved.model_dump(mode="json"),
            words=words_of(saved),
            saved_at=at,
        )
    )
    await session.flush()
    await _drop_oldest(session, enrollment_id, round_number, saved.part)


async def _drop_oldest(
    session: AsyncSession, enrollment_id: str, round_number: int, part: int
) -> None:
    same = (
        DraftVersionRow.enrollment_id == enrollment_id,
        DraftVersionRow.round == round_number,
        DraftVersionRow.part == part,
    )
    versions = await session.scalars(select(DraftVersionRow.version).where(*same))
    beyond = oldest_beyond(versions)
    if beyond:
        await session.execute(
            delete(DraftVersionRow).where(*same, DraftVersionRow.version.in_(beyond))
        )


def _newest(enrollment_id: str, round_number: int, part: int) -> Select[DraftVersionRow]:
    return (
        select(DraftVersionRow)
        .where(
            DraftVersionRow.enrollment_id == enrollment_id,
            DraftVersionRow.round == round_number,
            DraftVersionRow.part == part,
        )
        .order_by(DraftVersionRow.version.desc())
    )


def _kept(row: DraftVersionRow) -> KeptDraft:
    return KeptDraft(draft=Draft.model_validate(row.content), saved_at=row.saved_at)
