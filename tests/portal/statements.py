"""Counting the statements that reach the database: a page has a budget of them (trap 24)."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from adapters.records.database import Database

_FRAMES = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement of the block, without those that open and close transactions."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if not statement.upper().startswith(_FRAMES):
            seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
