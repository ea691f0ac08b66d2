"""The interface against its own description: Schemathesis asks every operation, well and badly."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from sqlalchemy import select

from adapters.records.webhook_tables import WebhookEndpointRow
from domain.api_keys import Scope
from portal.api.areas import AREAS
from portal.api.calling import is_request_key
from portal.api.describing import document
from portal.throttling import Limit
from tests.house import OPS, House
from tests.portal.listening import webhook_desk
from tests.portal.served import Portal

SEED = 20261123
EXAMPLES = 6
"""Asked of each operation, well-formed and not. The phase "coverage" asks every bound of every
parameter as well; it takes minutes, and is for whoever changes the interface a lot.
"""

LIBRARY = "described"
NUMBERS = count(1)


@dataclass
class Findings:
    """What a run of Schemathesis came to."""

    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def take(self, event: events.EngineEvent) -> None:
        """Take up what the engine says."""
        if isinstance(event, events.NonFatalError):
            self.faults.append(f"{event.label}: {event.value!r}")
        if not isinstance(event, events.ScenarioFinished):
            return
        recorder = event.recorder
        self.asked[recorder.label] += len(recorder.cases)
        for interaction in recorder.interactions.values():
            if interaction.response is not None:
                self.statuses[interaction.response.status_code] += 1
        for nodes in recorder.checks.values():
            for node in nodes:
                if node.failure_info is not None:
                    failure = node.failure_info
                    self.faults.append(
                        f"{recorder.label}: {failure.failure.title}: {failure.failure.message}\n"
                        f"{failure.code_sample}"
                    )


def configured(url: str, secret: str) -> SchemathesisConfig:
    """Return what is asked and what is looked at; the same on every run."""
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": url,
            "headers": {"Authorization": f"Bearer {secret}"},
            "generation": {
                "deterministic": True,
                "database": "none",
                "max-examples": EXAMPLES,
                "no-shrink": True,
            },
            "phases": {
                "fuzzing": {"enabled": True},
                **{each: {"enabled": False} for each in ("examples", "coverage", "stateful")},
            },
            # What is well-formed may still be refused: nobody made the order that it names.
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    )


def about(known: dict[str, str]) -> dict[str, object]:
    """Return the description, in which some parts of addresses can only be what there really is."""
    described: dict[str, object] = json.loads(json.dumps(document()))
    paths = described["paths"]
    assert isinstance(paths, dict)
    for operation in (each for path in paths.values() for each in path.values()):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and parameter["name"] in known:
                parameter["schema"] = {"type": "string", "enum": [known[parameter["name"]]]}
    return described


def with_a_key_of_its_own(_: schemathesis.HookContext, case: schemathesis.Case[Any]) -> object:
    """Make each act a new one: the same few keys would be refused as used before."""
    headers = case.headers
    if headers is not None and is_request_key(str(headers.get("Idempotency-Key", ""))):
        headers["Idempotency-Key"] = f"act-{next(NUMBERS)}"
    return case


def run(description: dict[str, object], config: SchemathesisConfig) -> Findings:
    """Ask everything; takes a thread of its own, because the portal answers in ours."""
    schema = schemathesis.openapi.from_dict(description, config=config)
    schema.hook("map_case")(with_a_key_of_its_own)
    findings = Findings()
    for event in from_schema(schema).execute():
        findings.take(event)
    return findings


@pytest.fixture
async def made_up_endpoints(house: House) -> AsyncIterator[None]:
    """Whatever endpoints were made up are told nothing of what other tests do."""
    yield
    async with house.database.reading() as session:
        made_up = list(await session.scalars(select(WebhookEndpointRow.id)))
    for endpoint_id in made_up:
        await webhook_desk(house).switch_off(endpoint_id, OPS)


@pytest.mark.usefixtures("made_up_endpoints")
async def test_every_operation_is_as_described(
    house: House, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: no request breaks the portal; every answer, and every refusal, is as the description
    says; what is not valid is refused; nothing is answered without a key.
    """
    enrollment_id = await house.enrolled(LIBRARY)
    # Days that are closed here would move the due times of every other test.
    scopes = frozenset(Scope) - {Scope.CALENDAR_ACT}
    _, secret = await portal.site.api_keys.make("Schemathesis", scopes, None, OPS)
    monkeypatch.setattr(Limit, "most", 1_000_000)
    known = {"enrollment_id": enrollment_id, "library": LIBRARY, "slug": "steady-hands"}
    config = configured(portal.url, secret)
    findings = await asyncio.to_thread(run, about(known), config)
    assert findings.faults == []
    operations = {
        f"{method} {getattr(route, 'path', '')}"
        for area in AREAS
        for route in area.routes
        for method in getattr(route, "methods", ())
    }
    assert set(findings.asked) == operations
    assert findings.statuses[200] > 50, findings.statuses
