"""What practitioners choose to show of their credentials: read and written."""

from datetime import datetime

from sqlalchemy import update

from adapters.records.database import Database, is_added
from adapters.records.sharing_tables import SharingRow
from domain.sharing import UNCHOSEN, Sharing, SharingChanged, Visibility


def sharing_of(row: SharingRow | None) -> Sharing:
    """Return what a row says; what holds without one if there is none."""
    if row is None:
        return UNCHOSEN
    return Sharing(
        visibility=Visibility(row.visibility),
        shows_name=row.shows_name,
        shows_details=row.shows_details,
        gives_files=row.gives_files,
        version=row.version,
    )


class SharingBook:
    """Keeps the choices, one row for each award."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sharing(self, enrollment_id: str) -> Sharing:
        """Return what was chosen for an award, or what holds until somebody chooses."""
        async with self._database.reading() as session:
            return sharing_of(await session.get(SharingRow, enrollment_id))

    async def choose(self, enrollment_id: str, sharing: Sharing, at: datetime) -> Sharing:
        """Keep choices that were based on ``sharing.version``, and return them with the next one.

        Raises ``SharingChanged`` when another window was faster.
        """
        based_on = sharing.version
        kept = {
            "visibility": sharing.visibility.value,
            "shows_name": sharing.shows_name,
            "shows_details": sharing.shows_details,
            "gives_files": sharing.gives_files,
            "version": based_on + 1,
            "changed_at": at,
        }
        write = (
            update(SharingRow)
            .where(SharingRow.enrollment_id == enrollment_id, SharingRow.version == based_on)
            .values(**kept)
            .returning(SharingRow.version)
        )
        async with self._database.transaction() as session:
            if based_on == 0:
                is_kept = await is_added(session, SharingRow(enrollment_id=enrollment_id, **kept))
            else:
                is_kept = await session.scalar(write) is not None
        if not is_kept:
            raise SharingChanged
        return sharing.model_copy(update={"version": based_on + 1})
