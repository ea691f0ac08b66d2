"""Counting the statements that reach the database: a page has a budget of them (trap 24)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import event
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.records.database import Database

_WHOSE: ContextVar[list[str] | None] = ContextVar("counted_statements", default=None)
"""The count of the block that this task, or one that it began, is in."""

_VISITS: list[list[str]] = []
"""The block, if there is one, to which what visitors ask of a served portal belongs."""

_FRAMES = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


_WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (?!sessions|throttles)", re.IGNORECASE)
"""Whatever changes a record; that somebody was here is written down, and is no record."""


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


@contextmanager
def statements_of_visits(database: Database) -> Iterator[list[str]]:
    """Collect every statement that answers a visitor of the served portal, and no worker's."""
    with counted_statements(database) as seen:
        _VISITS.append(seen)
        try:
            yield seen
        finally:
            _VISITS.remove(seen)


def writes(seen: list[str]) -> list[str]:
    """Return the statements that change a record."""
    return [statement for statement in seen if _WRITES.match(statement)]


def attributed(app: ASGIApp) -> ASGIApp:
    """Return the application whose answers count for the block that waits for visits."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if _VISITS:
            _WHOSE.set(_VISITS[-1])
        await app(scope, receive, send)

    return answer
