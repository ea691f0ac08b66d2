"""All rows that concern an enrollment, to see that nothing of them changed."""

from sqlalchemy import select

from adapters.records.database import Database
from adapters.records.tables import Base

OWN = ("enrollment_id", "subject_id")
"""Columns by which a row belongs to an enrollment."""


async def everything(database: Database, enrollment_id: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table that belongs to an enrollment."""
    found: dict[str, list[tuple[object, ...]]] = {}
    async with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            names = [name for name in OWN if name in table.columns]
            if table.name == "enrollments":
                names = ["id"]
            for name in names:
                rows = await session.execute(
                    select(table)
                    .where(table.columns[name] == enrollment_id)
                    .order_by(*table.primary_key.columns)
                )
                found[f"{table.name}.{name}"] = [tuple(map(str, row)) for row in rows]
    return found
