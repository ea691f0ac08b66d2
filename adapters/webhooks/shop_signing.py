"""The shop's signature: how a shop makes it, and how Laurel looks at it.

The sandbox payment page signs with the same function that the tests take for a real shop.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.webhooks.signing import (
    ID_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    signature_headers,
)
from domain.shop_webhook import ShopNotSigned

LONGEST_ID: Final = 200
"""Characters of a webhook's id; it is a key of the log."""


def signed(secret: str, body: bytes, at: datetime, webhook_id: str) -> dict[str, str]:
    """Return the headers with which a shop sends ``body``: id, timestamp, signature, type."""
    headers = signature_headers((SecretStr(secret),), body.decode(), at, webhook_id)
    return {**headers, "content-type": "application/json"}


def verified_id(secrets: Sequence[SecretStr], headers: Mapping[str, str], body: bytes) -> str:
    """Return the id of a webhook that one of ``secrets`` signed within five minutes of now.

    Raises ``ShopNotSigned`` for anything else, and says no more than that.
    """
    given = {name.lower(): value for name, value in headers.items()}
    wanted = {name: given.get(name, "") for name in _SIGNED_WITH}
    webhook_id = wanted[ID_HEADER]
    if not (webhook_id.isprintable() and 0 < len(webhook_id) <= LONGEST_ID):
        raise ShopNotSigned
    if any(_is_signed(secret, wanted, body) for secret in secrets):
        return webhook_id
    raise ShopNotSigned


_SIGNED_WITH: Final = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)


def _is_signed(secret: SecretStr, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret.get_secret_value()).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        # The library takes a signature apart without looking: text that is none is a ValueError.
        return False
    return True
