"""The two bases of every value that Laurel passes around, and its identity functions."""

import base64
import hashlib
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

Instant = AwareDatetime
"""An aware instant; kept and compared in UTC."""

JsonObject = dict[str, object]
"""A value as JSON, on its way into or out of the records."""


class Value(BaseModel):
    """An immutable value: equal when its fields are equal, unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contract(BaseModel):
    """A value that crosses a process or stands in a history.

    Unknown fields are ignored, so that an older worker can read what a newer one wrote; new fields
    get defaults.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


def opaque_id(prefix: str, *business_key: str) -> str:
    """Return the identifier that belongs to ``business_key``: always the same, telling nothing.

    Twelve characters of base 32, so that a person can read it out, and a repeated call meets the
    same record.
    """
    digest = hashlib.sha256("\x1f".join(business_key).encode()).digest()
    return prefix + base64.b32encode(digest)[:12].decode().lower()


def later_of(first: datetime, second: datetime) -> datetime:
    """Return the later of two instants."""
    return max(first, second)
