"""Programs that work for operations: a key, a client, and answers held to the description."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import httpx2
import schemathesis

from domain.api_keys import ApiKey, Scope
from portal.api.describing import document
from tests.house import OPS
from tests.portal.served import Portal

NUMBERS = count(1)
Body = dict[str, Any]
"""What is sent, field by field."""

WHY = "The district's system asked for it."


@cache
def description() -> Any:  # noqa: ANN401  schemathesis exports no name for it
    """Return the description of the interface, against which answers are checked."""
    return schemathesis.openapi.from_dict(document())


@dataclass
class Program:
    """A program with a key. Each answer is checked against the description."""

    client: httpx2.AsyncClient
    key: ApiKey

    async def get(self, path: str, status: int = 200, **query: object) -> Any:  # noqa: ANN401
        """Read, expect a status, and return the JSON."""
        wanted = {name: str(value) for name, value in query.items()}
        return self._checked(await self.client.get(_below(path), params=wanted), path, status)

    async def put(self, path: str, status: int = 200, **body: object) -> Any:  # noqa: ANN401
        """Look at something before it is done, and return the JSON."""
        return self._checked(await self.client.put(_below(path), json=body), path, status)

    async def post(
        self,
        path: str,
        status: int = 200,
        again: str = "",
        **body: object,
    ) -> Any:  # noqa: ANN401
        """Act under a key of its own, or under ``again``; expect a status, return the JSON."""
        answer = await self.send(path, again or f"key-{next(NUMBERS)}", {"reason": WHY, **body})
        return self._checked(answer, path, status)

    async def send(self, path: str, request_key: str, body: object) -> httpx2.Response:
        """Act and return the answer as it is."""
        return await self.client.post(
            _below(path), json=body, headers={"idempotency-key": request_key}
        )

    def _checked(self, answer: httpx2.Response, path: str, status: int) -> Any:  # noqa: ANN401
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        method = answer.request.method
        operation = description().find_operation_by_path(method, f"/api/v1{path}")
        assert operation is not None, path
        operation.validate_response(answer)
        return answer.json()


def _below(path: str) -> str:
    return f"/api/v1{path}"


@asynccontextmanager
async def program(portal: Portal, *scopes: Scope) -> AsyncIterator[Program]:
    """Return a program whose key has these scopes, all of them by default."""
    chosen = frozenset(scopes or Scope)
    key, secret = await portal.site.api_keys.make(f"Program {next(NUMBERS)}", chosen, None, OPS)
    async with httpx2.AsyncClient(
        base_url=portal.url, headers={"authorization": f"Bearer {secret}"}, timeout=30
    ) as client:
        yield Program(client, key)
