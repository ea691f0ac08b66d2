"""Whose a record is: what the portal asks before it shows or changes anything."""

from sqlalchemy import select

from adapters.records.database import Database
from adapters.records.round_tables import AssignmentRow
from adapters.records.tables import CatalogVersionRow, EnrollmentRow
from domain.values import Value


class OwnEnrollmentLine(Value):
    """One journey in the list of its practitioner."""

    enrollment_id: str
    title: str
    library: str
    stage: str
    ending: str | None


class AccessBook:
    """Answers whose a record is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owner_of(self, enrollment_id: str) -> str | None:
        """Return the person who pursues an enrollment; None when there is no such enrollment."""
        async with self._database.reading() as session:
            owner: str | None = await session.scalar(
                select(EnrollmentRow.person_id).where(EnrollmentRow.id == enrollment_id)
            )
            return owner

    async def holds(self, assessor_id: str, enrollment_id: str) -> bool:
        """Whether an assessor has an offer or an assessment of an enrollment at this moment."""
        async with self._database.reading() as session:
            held = await session.scalar(
                select(AssignmentRow.id).where(
                    AssignmentRow.enrollment_id == enrollment_id,
                    AssignmentRow.assessor_id == assessor_id,
                    AssignmentRow.is_live,
                )
            )
            return held is not None

    async def enrollments_of(self, person_id: str) -> tuple[OwnEnrollmentLine, ...]:
        """Return somebody's journeys: those that run first, then the latest."""
        query = (
            select(EnrollmentRow, CatalogVersionRow.title)
            .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
            .where(EnrollmentRow.person_id == person_id)
            .order_by(EnrollmentRow.ended_at.is_not(None), EnrollmentRow.opened_at.desc())
        )
        async with self._database.reading() as session:
            return tuple(
                OwnEnrollmentLine(
                    enrollment_id=row.id,
                    title=title,
                    library=row.library,
                    stage=row.stage,
                    ending=row.ending,
                )
                for row, title in await session.execute(query)
            )
