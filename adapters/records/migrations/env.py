"""Runs the migrations on the address that ``database.migrate`` hands over."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from adapters.records import (
    address_tables,
    api_tables,
    board_tables,
    credential_tables,
    operations_tables,
    portal_tables,
    round_tables,
    sharing_tables,
    state_tables,
    turn_tables,
    upload_tables,
    webhook_tables,
)
from adapters.records.database import make_engine

# Each module of tables makes its own known by being imported.
TABLES = (
    address_tables,
    api_tables,
    round_tables,
    board_tables,
    credential_tables,
    operations_tables,
    portal_tables,
    turn_tables,
    sharing_tables,
    state_tables,
    webhook_tables,
    upload_tables,
)
METADATA = round_tables.AssessorRow.metadata


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def _migrate(url: str) -> None:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_migrate(context.config.attributes["url"]))
