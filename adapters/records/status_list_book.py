"""Status lists: which places are revoked, and the signed form that everybody reads."""

from datetime import datetime

from sqlalchemy import select, update

from activities.credential_ports import StatusListAsItStands
from adapters.records.credential_tables import CredentialRow, StatusListRow
from adapters.records.database import Database
from domain.credentials import SignedCredential, UnknownStatusList


class StatusListBook:
    """Where status lists are kept. A version is never served after a later one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def as_it_stands(self, list_id: str) -> StatusListAsItStands:
        """Return the revoked places of a list and its version, as of one moment.

        Refuses ``unknown_status_list``.
        """
        async with self._database.reading() as session:
            version = await session.scalar(
                select(StatusListRow.version).where(StatusListRow.id == list_id)
            )
            if version is None:
                raise UnknownStatusList(list=list_id)
            # The version is read first: what is revoked after it makes another version.
            revoked = await session.scalars(
                select(CredentialRow.status_index).where(
                    CredentialRow.status_list_id == list_id,
                    CredentialRow.revoked_at.is_not(None),
                )
            )
            return StatusListAsItStands(
                list_id=list_id, version=version, revoked=frozenset(revoked)
            )

    async def publish(
        self, listed: StatusListAsItStands, signed: SignedCredential, at: datetime
    ) -> bool:
        """Keep a signed list as the version after the one that it was read at.

        ``False`` when another version was kept in between: what it says may be newer. The
        revocations that the list tells of are public from then on.
        """
        async with self._database.transaction() as session:
            kept = await session.execute(
                update(StatusListRow)
                .where(StatusListRow.id == listed.list_id, StatusListRow.version == listed.version)
                .values(body=signed.body, version=listed.version + 1, signed_at=at)
                .returning(StatusListRow.id)
            )
            if kept.first() is None:
                return False
            unpublished = await session.scalars(
                select(CredentialRow).where(
                    CredentialRow.status_list_id == listed.list_id,
                    CredentialRow.revoked_at.is_not(None),
                    CredentialRow.revocation_published_at.is_(None),
                )
            )
            for row in unpublished:
                if row.status_index in listed.revoked:
                    row.revocation_published_at = at
            return True
