"""Uploads on their way: how far each one has come, and which pieces of it count."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.part_reading import open_work_of
from adapters.records.round_tables import ArtifactRow
from adapters.records.tables import EnrollmentRow
from adapters.records.upload_tables import UploadPieceRow, UploadRow
from domain.uploads import (
    MOST_KEPT_BYTES,
    MOST_PIECES,
    MOST_UNFINISHED,
    MOST_UNFINISHED_BYTES,
    UPLOAD_LIFETIME,
    Piece,
    StorageFull,
    TooManyPieces,
    TooManyUploads,
    UnknownUpload,
    Upload,
    UploadExpired,
    UploadState,
    WrongOffset,
)

FORGOTTEN_AFTER: Final = timedelta(days=1)
"""How long an upload whose time is over is still told apart from one that never was."""

STUCK_AFTER: Final = timedelta(minutes=5)
"""An upload that arrived is kept within seconds; after this long nobody is at work on it."""

_AT_A_TIME: Final = 200


class UploadBook:
    """Where uploads are kept while they are on their way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, enrollment_id: str, name: str, length: int, at: datetime) -> Upload:
        """Announce a file.

        Raises ``UnknownEnrollment``, ``EnrollmentClosed``, ``TooManyUploads``, ``StorageFull``.
        """
        async with self._database.transaction() as session:
            # Two announcements of one enrollment come one after the other, and are both counted.
            lock = self._database.has_row_locks or None
            await session.get(EnrollmentRow, enrollment_id, with_for_update=lock)
            await open_work_of(session, enrollment_id)
            await _refuse_without_room(session, enrollment_id, length, at)
            row = UploadRow(
                id=f"w{uuid4().hex}",
                enrollment_id=enrollment_id,
                name=name,
                length=length,
                received=0,
                state=UploadState.RECEIVING if length else UploadState.ARRIVED,
                begun_at=at,
                changed_at=at,
                expires_at=at + UPLOAD_LIFETIME,
            )
            session.add(row)
            return _upload(row)

    async def refuse_without_room(self, enrollment_id: str, length: int, at: datetime) -> None:
        """Refuse so many bytes if they do not fit. Raises as ``begin`` does."""
        async with self._database.reading() as session:
            await open_work_of(session, enrollment_id)
            await _refuse_without_room(session, enrollment_id, length, at)

    async def upload(self, enrollment_id: str, upload_id: str, at: datetime) -> Upload:
        """Return one upload. Raises ``UnknownUpload`` for another enrollment's too, and
        ``UploadExpired``.
        """
        async with self._database.reading() as session:
            row = await session.get(UploadRow, upload_id)
            if row is None or row.enrollment_id != enrollment_id:
                raise UnknownUpload
            if row.expires_at <= at:
                raise UploadExpired
            return _upload(row)

    async def unfinished(self, enrollment_id: str, at: datetime) -> tuple[Upload, ...]:
        """Return the uploads of an enrollment that are not kept yet, the oldest first."""
        async with self._database.reading() as session:
            return await unfinished_uploads(session, enrollment_id, at)

    async def append(self, upload_id: str, pieces: tuple[Piece, ...], at: datetime) -> Upload:
        """Let the next pieces count, all of them or none.

        Of two requests that bring the same bytes one is first; the other one is told where the
        upload stands by ``WrongOffset``. Raises ``UnknownUpload`` and ``TooManyPieces`` too.
        """
        async with self._database.transaction() as session:
            row = await self._locked(session, upload_id)
            if row is None:
                raise UnknownUpload
            if row.state != UploadState.RECEIVING or row.received != pieces[0].start:
                raise WrongOffset(row.received)
            count = await session.scalar(
                select(func.count()).where(UploadPieceRow.upload_id == upload_id)
            )
            if (count or 0) + len(pieces) > MOST_PIECES:
                raise TooManyPieces
            session.add_all(
                UploadPieceRow(upload_id=upload_id, **piece.model_dump()) for piece in pieces
            )
            row.received += sum(piece.size for piece in pieces)
            row.changed_at = at
            if row.received == row.length:
                row.state = UploadState.ARRIVED
            return _upload(row)

    async def arrived(self, upload_id: str) -> tuple[Upload, tuple[Piece, ...]] | None:
        """Return an upload with its pieces in order; None when it was removed."""
        async with self._database.reading() as session:
            row = await session.get(UploadRow, upload_id)
            if row is None:
                return None
            pieces = await session.scalars(
                select(UploadPieceRow)
                .where(UploadPieceRow.upload_id == upload_id)
                .order_by(UploadPieceRow.start)
            )
            return _upload(row), tuple(
                Piece(start=each.start, size=each.size, sha256=each.sha256, key=each.key)
                for each in pieces
            )

    async def rewind(self, upload_id: str, to: int, at: datetime) -> None:
        """Void what came from byte ``to`` on: the store does not give it back."""
        async with self._database.transaction() as session:
            row = await self._locked(session, upload_id)
            if row is None or row.state != UploadState.ARRIVED:
                return
            await session.execute(
                delete(UploadPieceRow).where(
                    UploadPieceRow.upload_id == upload_id, UploadPieceRow.start >= to
                )
            )
            row.received, row.state, row.changed_at = to, UploadState.RECEIVING, at

    async def kept(self, upload_id: str, artifact_id: str, at: datetime) -> None:
        """The whole file stands in the store, as this artifact; the pieces are done with."""
        async with self._database.transaction() as session:
            row = await self._locked(session, upload_id)
            if row is None:
                return
            await session.execute(
                delete(UploadPieceRow).where(UploadPieceRow.upload_id == upload_id)
            )
            row.state, row.artifact_id, row.changed_at = UploadState.KEPT, artifact_id, at

    async def forget(self, upload_id: str) -> None:
        """Remove an upload; its pieces in the store were removed before."""
        async with self._database.transaction() as session:
            await session.execute(
                delete(UploadPieceRow).where(UploadPieceRow.upload_id == upload_id)
            )
            await session.execute(delete(UploadRow).where(UploadRow.id == upload_id))

    async def over(self, at: datetime) -> tuple[str, ...]:
        """Return uploads whose time was over long enough ago to be forgotten."""
        async with self._database.reading() as session:
            return tuple(
                await session.scalars(
                    select(UploadRow.id)
                    .where(UploadRow.expires_at <= at - FORGOTTEN_AFTER)
                    .limit(_AT_A_TIME)
                )
            )

    async def stuck(self, at: datetime) -> tuple[str, ...]:
        """Return uploads that arrived a while ago, and that nobody turned into a file."""
        async with self._database.reading() as session:
            return tuple(
                await session.scalars(
                    select(UploadRow.id)
                    .where(
                        UploadRow.state == UploadState.ARRIVED,
                        UploadRow.changed_at <= at - STUCK_AFTER,
                        UploadRow.expires_at > at,
                    )
                    .limit(_AT_A_TIME)
                )
            )

    async def not_looked_into(self, at: datetime) -> tuple[tuple[str, str], ...]:
        """Return files, with their enrollments, that were kept a while ago and not inspected."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(ArtifactRow.enrollment_id, ArtifactRow.id)
                .join(EnrollmentRow, EnrollmentRow.id == ArtifactRow.enrollment_id)
                .where(
                    ArtifactRow.inspection.is_(None),
                    ArtifactRow.uploaded_at <= at - STUCK_AFTER,
                    EnrollmentRow.ended_at.is_(None),
                )
                .limit(_AT_A_TIME)
            )
            return tuple((enrollment_id, artifact_id) for enrollment_id, artifact_id in rows)

    async def _locked(self, session: AsyncSession, upload_id: str) -> UploadRow | None:
        lock = self._database.has_row_locks or None
        return await session.get(UploadRow, upload_id, with_for_update=lock)


async def unfinished_uploads(
    session: AsyncSession, enrollment_id: str, at: datetime
) -> tuple[Upload, ...]:
    """Return the uploads of an enrollment that are not kept yet, the oldest first."""
    query = _unfinished(enrollment_id, at).order_by(UploadRow.begun_at, UploadRow.id)
    return tuple(_upload(row) for row in await session.scalars(query))


def _unfinished(enrollment_id: str, at: datetime) -> Select[UploadRow]:
    return select(UploadRow).where(
        UploadRow.enrollment_id == enrollment_id,
        UploadRow.state != UploadState.KEPT,
        UploadRow.expires_at > at,
    )


async def _refuse_without_room(
    session: AsyncSession, enrollment_id: str, length: int, at: datetime
) -> None:
    """Let no enrollment fill the store, neither with beginnings nor with whole files."""
    rows = (await session.scalars(_unfinished(enrollment_id, at))).all()
    announced = sum(row.length for row in rows)
    if len(rows) >= MOST_UNFINISHED or announced + length > MOST_UNFINISHED_BYTES:
        raise TooManyUploads(count=len(rows))
    kept = await session.scalar(
        select(func.coalesce(func.sum(ArtifactRow.size), 0)).where(
            ArtifactRow.enrollment_id == enrollment_id
        )
    )
    if int(kept or 0) + announced + length > MOST_KEPT_BYTES:
        raise StorageFull(most_gb=MOST_KEPT_BYTES // 1024**3)


def _upload(row: UploadRow) -> Upload:
    return Upload(
        id=row.id,
        enrollment_id=row.enrollment_id,
        name=row.name,
        length=row.length,
        received=row.received,
        state=UploadState(row.state),
        artifact_id=row.artifact_id,
        expires_at=row.expires_at,
    )
