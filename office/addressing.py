"""Correcting one's own address: asked for by whoever is signed in, confirmed by who reads there."""

from datetime import UTC, datetime

from adapters.records.address_book import AddressBook
from adapters.records.ops_book import OpsBook
from domain.address_changes import AddressChange
from domain.enrollment import Party
from domain.grounds import grounds
from office.engine import WorkflowEngine
from office.requests import request_key

_BY = "the practitioner"


class AddressDesk:
    """Acts on changes of address. Needs the engine, because each act sends mail."""

    def __init__(self, engine: WorkflowEngine, changes: AddressBook, ops: OpsBook) -> None:
        self._engine = engine
        self._changes = changes
        self._ops = ops

    async def ask(self, enrollment_id: str, address: str) -> AddressChange:
        """Ask for a change; the new address is asked to confirm it, the old one is told.

        Raises ``AddressNotValid``, ``AddressUnchanged``.
        """
        change, notices = await self._changes.ask(enrollment_id, address, _now())
        await self._engine.dispatch(notices)
        return change

    async def confirm(self, change_id: str) -> AddressChange:
        """The reader of the new address wants it. Raises what ``AddressBook.confirm`` does."""
        reason = "Corrected the address, and confirmed it from the new one."
        key = request_key("change_address", change_id)
        reason_id = await self._ops.keep_reason(
            key, grounds(reason, _BY, _now(), Party.PRACTITIONER)
        )
        await self._engine.dispatch(await self._changes.confirm(change_id, key, reason_id, _now()))
        return await self._changes.change(change_id)

    async def stop(self, change_id: str) -> AddressChange:
        """The reader of the old address does not want it. Raises what ``AddressBook.stop`` does."""
        reason = "Stopped the change of the address from the old one."
        key = request_key("stop_address", change_id)
        reason_id = await self._ops.keep_reason(
            key, grounds(reason, _BY, _now(), Party.PRACTITIONER)
        )
        await self._engine.dispatch(await self._changes.stop(change_id, key, reason_id, _now()))
        return await self._changes.change(change_id)


def _now() -> datetime:
    return datetime.now(UTC)
