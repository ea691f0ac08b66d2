"""How a database finds what a query asks for."""

from typing import TypeVarTuple

from sqlalchemy import Select

from adapters.records.database import Database

Columns = TypeVarTuple("Columns")


async def plan_of(database: Database, query: Select[*Columns], *, is_run: bool = False) -> str:
    """Return the plan of a query, line by line, with its values in the statement.

    ``is_run``: PostgreSQL carries it out too, and says what it never came to.
    """
    engine = database.engine.sync_engine
    statement = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    if is_run:
        explain = "EXPLAIN ANALYZE"
    async with database.reading() as session:
        connection = await session.connection()
        lines = await connection.exec_driver_sql(f"{explain} {statement}")
        return "\n".join(str(line[-1]) for line in lines)
