"""Waiting for what others do: who waits hears of it, and of it when nobody looks any more."""

import pytest
from sqlalchemy.exc import OperationalError

from adapters.records.database import Database, make_engine
from bench.watching import Watch


async def test_nobody_waits_for_one_who_does_not_look_any_more() -> None:
    """Proves: a look that fails fails the measurement at once, and does not hang it."""
    empty = Database(make_engine("sqlite+aiosqlite://"))  # without any table
    try:
        async with Watch(empty) as watch:
            with pytest.raises(OperationalError):
                await watch.working("a line")
    finally:
        await empty.close()


async def test_whoever_is_told_goes_on(sqlite_url: str) -> None:
    """Proves: with no mail on its way there is nothing to wait for."""
    database = Database(make_engine(sqlite_url))
    try:
        async with Watch(database) as watch:
            await watch.told("an enrollment")
            assert await watch.accepted() == 0
    finally:
        await database.close()
