"""Limits on what strangers may set off: signing in, mail, orders.

Counted for the caller's network address and for whom it concerns, in the records, so that every
portal process counts together.
"""

from datetime import timedelta
from enum import Enum

from fastapi import Request

from adapters.records.throttle_book import ThrottleBook
from domain.sign_ins import TooOften
from portal.site import now, site_of


class Limit(Enum):
    """What is limited: how often in a window, and how long the window is."""

    SIGN_IN_BY_CALLER = (30, timedelta(minutes=15))
    MAIL_TO_ADDRESS = (4, timedelta(minutes=15))
    CODE_FOR_ADDRESS = (10, timedelta(minutes=15))
    BAD_KEY_BY_CALLER = (100, timedelta(minutes=15))
    REQUESTS_OF_KEY = (600, timedelta(minutes=1))
    ORDER_BY_CALLER = (20, timedelta(hours=1))
    CREDENTIAL_GUESSED_BY_CALLER = (120, timedelta(minutes=15))
    CREDENTIAL_CHECKED_BY_CALLER = (60, timedelta(minutes=15))

    @property
    def most(self) -> int:
        """Tries that are allowed in one window."""
        return self.value[0]

    @property
    def window(self) -> timedelta:
        """How long a window is."""
        return self.value[1]


async def is_within(request: Request, limit: Limit, subject: str) -> bool:
    """Count one try of ``subject``, and tell whether it was still allowed."""
    book = ThrottleBook(site_of(request).database)
    return await book.tries(f"{limit.name}\x1f{subject}", limit.window, now()) <= limit.most


async def refuse_too_often(request: Request, limit: Limit, subject: str | None = None) -> None:
    """Count one try of the caller, or of ``subject``. Raises ``TooOften`` (429)."""
    caller = request.client.host if request.client else ""
    if not await is_within(request, limit, caller if subject is None else subject):
        raise TooOften(minutes=int(limit.window.total_seconds()) // 60)
