"""Letting somebody in by mail: a fresh link for most, a short-lived code for operations."""

from datetime import UTC, datetime

from adapters.records.link_signing import Links
from adapters.records.sign_in_book import SignIn, SignInBook
from domain.addresses import normalized_address
from domain.enrollment import Party
from domain.sign_ins import CodeNotGood, LinkTooOld
from office.engine import WorkflowEngine


class DoorDesk:
    """Answers those who stand before the door; what it says never tells who is known."""

    def __init__(self, engine: WorkflowEngine, sign_ins: SignInBook, links: Links) -> None:
        self._engine = engine
        self._sign_ins = sign_ins
        self._links = links

    async def ask(self, party: Party, address: str) -> None:
        """Send a link, or operations' own people a code; to an unknown address nothing.

        Raises ``AddressNotValid`` for what is no address.
        """
        asked = await self._sign_ins.ask(party, normalized_address(address), datetime.now(UTC))
        if asked is not None:
            _, dispatch = asked
            await self._engine.dispatch((dispatch,))


class Doorkeeper:
    """Opens to whoever shows what they were sent; needs no engine."""

    def __init__(self, sign_ins: SignInBook, links: Links) -> None:
        self._sign_ins = sign_ins
        self._links = links

    async def by_code(self, address: str, code: str) -> SignIn:
        """Return whom of operations a code lets in, once. Raises ``CodeNotGood``."""
        now = datetime.now(UTC)
        asked = await self._sign_ins.latest(Party.OPS, normalized_address(address), now)
        if asked is None:
            raise CodeNotGood
        is_right = self._links.is_code(asked.id, "".join(code.split()))
        if not await self._sign_ins.attempted(asked.id, now, is_right=is_right):
            raise CodeNotGood
        return asked

    async def by_link(self, sign_in_id: str) -> SignIn:
        """Return whom a link lets in; opening it does not use it up. Raises ``LinkTooOld``."""
        asked = await self._sign_ins.good(sign_in_id, datetime.now(UTC))
        if asked is None or asked.party is Party.OPS:
            raise LinkTooOld
        return asked
