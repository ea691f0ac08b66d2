"""A programme of a million enrollments on PostgreSQL, in minutes: several processes, indexes last.

The rows are those of ``bench.programme``, without the timeline, which no list and no count reads.
"""

import asyncio
import sys
from typing import Final

import asyncpg

from adapters.embedded.stack import ROOT
from bench.programme import COLUMNS, Programme, Rows
from bench.running import cores

BATCH: Final = 2000
LEFT_OUT: Final = frozenset({"timeline"})
BYTES_EACH: Final = 10_000
"""What an enrollment takes of the disk, its share of the write-ahead log included."""

_INDEXES: Final = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename = ANY($1)
AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def plain(url: str) -> str:
    """Return the address as the driver itself wants it."""
    return url.replace("+asyncpg", "")


async def fill(url: str, first: int, last: int) -> None:
    """Add enrollments ``first`` to ``last`` to a migrated database; from 0 on, the ground too."""
    session = await asyncpg.connect(plain(url))
    tables = [name for name in COLUMNS if name not in LEFT_OUT]
    indexes = await session.fetch(_INDEXES, tables)
    for index in indexes:
        await session.execute(f'DROP INDEX "{index["indexname"]}"')
    if first == 0:
        await session.execute("SET session_replication_role = replica")
        await _copy(session, Programme().ground())
    await _in_processes(url, first, last)
    await session.execute("SET maintenance_work_mem = '512MB'")
    for index in indexes:
        await session.execute(index["indexdef"])
    await session.execute("VACUUM ANALYZE")
    await session.close()


async def _in_processes(url: str, first: int, last: int) -> None:
    """Divide the work among as many processes as there are processors."""
    share = -(-(last - first) // cores())
    parts = [(start, min(start + share, last)) for start in range(first, last, share)]
    running = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.bulk", url, str(start), str(end)), cwd=ROOT
        )
        for start, end in parts
    ]
    if any([await each.wait() for each in running]):
        raise RuntimeError("a process that fills the database failed")


async def _part(url: str, first: int, last: int) -> None:
    """Add some enrollments, in this process."""
    programme, session = Programme(first + 24), await asyncpg.connect(plain(url))
    await session.execute("SET session_replication_role = replica")
    for start in range(first, last, BATCH):
        await _copy(session, programme.batch(range(start, min(start + BATCH, last))))
    await session.close()


async def _copy(session: asyncpg.Connection, rows: Rows) -> None:
    for table, records in rows.items():
        if table not in LEFT_OUT and records:
            columns = COLUMNS[table].split()
            await session.copy_records_to_table(table, records=records, columns=columns)


if __name__ == "__main__":
    asyncio.run(_part(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
