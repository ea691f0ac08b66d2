"""What operations did about access: who was let in or shut out, by whom and why."""

from collections.abc import Sequence

from sqlalchemy import func, select

from adapters.records.api_tables import ApiKeyRow
from adapters.records.database import Database
from adapters.records.portal_tables import StaffRow
from adapters.records.round_tables import AssessorRow, OpsActionRow
from adapters.records.tables import PersonRow, ReasonRow
from domain.grounds import OpsActionKind
from domain.values import Instant, Value


class AccessAct(Value):
    """One act with whom or what it was about."""

    at: Instant
    what: OpsActionKind
    about: str
    by: str
    why: str


class AccessLog:
    """Reads acts about access."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(
        self, kinds: Sequence[OpsActionKind], limit: int = 20
    ) -> tuple[AccessAct, ...]:
        """Return the newest acts of some kinds; one query."""
        about = func.coalesce(ApiKeyRow.name, StaffRow.name, AssessorRow.name, PersonRow.name, "")
        query = (
            select(OpsActionRow.at, OpsActionRow.kind, about, ReasonRow.by_name, ReasonRow.text)
            .join(ReasonRow, ReasonRow.id == OpsActionRow.reason_id)
            .outerjoin(ApiKeyRow, ApiKeyRow.id == OpsActionRow.subject_id)
            .outerjoin(StaffRow, StaffRow.id == OpsActionRow.subject_id)
            .outerjoin(AssessorRow, AssessorRow.id == OpsActionRow.subject_id)
            .outerjoin(PersonRow, PersonRow.id == OpsActionRow.subject_id)
            .where(OpsActionRow.kind.in_(kinds))
            .order_by(OpsActionRow.at.desc(), OpsActionRow.id)
            .limit(limit)
        )
        async with self._database.reading() as session:
            return tuple(
                AccessAct(at=at, what=OpsActionKind(kind), about=who, by=by, why=why)
                for at, kind, who, by, why in await session.execute(query)
            )
