"""Opening the office for one command: settings, records database, and the engine when needed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import ValidationError

from adapters.unreachable import EngineUnreachable
from domain.grounds import Grounds, grounds
from domain.refusals import Invalid

if TYPE_CHECKING:
    from adapters.records.database import Database
    from office.engine import WorkflowEngine
    from settings import Settings

ResultT = TypeVar("ResultT")

ENGINE_PATIENCE: Final = timedelta(seconds=10)
"""How long a command waits for the engine to answer at all."""


FOLLOWS_ANOTHER: Final = "default_factory_not_called"
"""Pydantic's name for a default that could not be computed because of another setting's fault."""


class SettingsNotValid(Invalid):
    """A setting of this installation has a value that cannot work."""

    code = "settings_not_valid"
    sentence = "These settings cannot work: {settings}. Correct them in the environment."


@dataclass
class Office:
    """What a command works with. The engine is connected to when it is first asked for."""

    settings: "Settings"
    database: "Database"
    _engine: "WorkflowEngine | None" = None

    @property
    def zone(self) -> str:
        """The time zone of business days and of every time that is shown."""
        return self.settings.programme_zone

    async def engine(self) -> "WorkflowEngine":
        """Return the workflow engine; raises ``EngineUnreachable``."""
        if self._engine is None:
            self._engine = await connected_engine(self.settings)
        return self._engine

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """Tell waiting rounds that a place is free; raises ``EngineUnreachable``."""
        engine = await self.engine()
        async with reaching_engine():
            await engine.wake(enrollment_ids)


def in_office(action: Callable[[Office], Awaitable[ResultT]]) -> ResultT:
    """Do something in the opened office; raises a ``Refusal`` or ``Unreachable``."""

    async def opened() -> ResultT:
        async with open_office() as office:
            return await action(office)

    return asyncio.run(opened())


@asynccontextmanager
async def open_office() -> AsyncIterator[Office]:
    """Open settings and database; raises ``SettingsNotValid`` or ``Unreachable``."""
    from adapters.records.opening import open_database

    settings = known_settings()
    async with open_database(settings.database_url) as database:
        yield Office(settings, database)


def known_settings() -> "Settings":
    """Return the settings of this installation, or refuse, naming those that cannot work."""
    from settings import PREFIX, load_settings

    try:
        return load_settings()
    except ValidationError as invalid:
        wrong = [
            _fault(PREFIX, error["loc"], error["msg"])
            for error in invalid.errors(include_input=False)
            if error["type"] != FOLLOWS_ANOTHER
        ]
        raise SettingsNotValid(settings="; ".join(wrong)) from None


def _fault(prefix: str, place: tuple[int | str, ...], message: str) -> str:
    """Return a fault as the environment names it; some concern no single setting."""
    said = message.removeprefix("Value error, ")
    return f"{prefix}{str(place[0]).upper()}: {said}" if place else said


def grounds_now(reason: str, by_name: str) -> Grounds:
    """Return the grounds of what is done now, or refuse a missing reason."""
    return grounds(reason, by_name, datetime.now(UTC))


@asynccontextmanager
async def reaching_engine() -> AsyncIterator[None]:
    """Say in a sentence when the engine stops answering while a command uses it."""
    from temporalio.service import RPCError, RPCStatusCode

    try:
        yield
    except RPCError as failure:
        if failure.status not in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED):
            raise
        raise EngineUnreachable from failure


async def connected_engine(settings: "Settings") -> "WorkflowEngine":
    """Return the workflow engine that the settings name; raises ``EngineUnreachable``."""
    from adapters.temporal import connect
    from office.engine import WorkflowEngine

    try:
        async with asyncio.timeout(ENGINE_PATIENCE.total_seconds()):
            client = await connect(settings)
    # The client library has no type of its own for a connection that fails.
    except (RuntimeError, TimeoutError) as failure:
        raise EngineUnreachable from failure
    return WorkflowEngine(client)
