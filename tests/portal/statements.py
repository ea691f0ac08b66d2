"""Counting the statements that reach the database: a page has a budget of them (trap 24)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import event

from adapters.records.database import Database

_WHOSE: ContextVar[list[str] | None] = ContextVar("counted_statements", default=None)
"""The count of the block that this task, or one that it began, is in."""

_FRAMES = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement of the block, without those that open and close transactions.

    And without those of others: a worker of the house looks into files meanwhile.
    """
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if _WHOSE.get() is seen and not statement.upper().startswith(_FRAMES):
            seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    whose = _WHOSE.set(seen)
    try:
        yield seen
    finally:
        _WHOSE.reset(whose)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
