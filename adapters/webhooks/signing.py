"""Signatures of webhooks, as Standard Webhooks writes them: ``whsec_`` secrets, three headers."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import SecretStr
from standardwebhooks import Webhook

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
"""Standard Webhooks asks for 24 to 64."""


def new_secret() -> SecretStr:
    """Return a secret that nobody has seen."""
    text = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    return SecretStr(f"{_PREFIX}{text}")


def signature_headers(
    keys: Sequence[SecretStr], body: str, at: datetime, webhook_id: str
) -> dict[str, str]:
    """Return the three headers that sign ``body``; every key signs, the receiver needs one."""
    signatures = [
        Webhook(key.get_secret_value()).sign(msg_id=webhook_id, timestamp=at, data=body)
        for key in keys
    ]
    return {
        ID_HEADER: webhook_id,
        TIMESTAMP_HEADER: str(int(at.timestamp())),
        SIGNATURE_HEADER: " ".join(signatures),
    }
