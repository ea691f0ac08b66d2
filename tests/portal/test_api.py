"""The interface for programs: who may call, what is repeated, what is refused."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select

from adapters.records.api_tables import ApiAnswerRow
from adapters.records.portal_tables import ThrottleRow
from adapters.records.tables import ReasonRow, TimelineRow
from domain.api_keys import IN_FLIGHT, Scope
from portal.api.answering import MOST_BYTES, REPLAYED
from portal.api.areas import AREAS
from portal.throttling import Limit
from tests.house import OPS, House
from tests.portal.programs import WHY, Body, Program, program
from tests.portal.served import Portal

AREA_SCOPES = {
    "Journeys": (Scope.JOURNEYS_READ, Scope.JOURNEYS_ACT),
    "Acts in bulk": (Scope.JOURNEYS_READ, Scope.JOURNEYS_ACT),
    "Orders": (Scope.ORDERS_READ, Scope.ORDERS_ACT),
    "Roster": (Scope.ROSTER_READ, Scope.ROSTER_ACT),
    "Catalogue": (Scope.CATALOG_READ, Scope.CATALOG_ACT),
    "Calendar": (Scope.CALENDAR_READ, Scope.CALENDAR_ACT),
    "Credentials": (Scope.CREDENTIALS_READ, Scope.CREDENTIALS_READ),
    "Reports": (Scope.REPORTS_READ, Scope.REPORTS_READ),
    "Webhooks": (Scope.WEBHOOKS_READ, Scope.WEBHOOKS_ACT),
}
"""What reads an area, and what acts in it."""


def operations() -> Iterator[tuple[str, str, Scope]]:
    """Yield every operation with an address that leads nowhere, and the scope that it needs."""
    for area in AREAS:
        reads, acts = AREA_SCOPES[str(area.tags[0])]
        for route in area.routes:
            assert isinstance(route, APIRoute)
            (method,) = route.methods or {""}
            parts = ["1" if "{" in part else part for part in route.path.split("/")]
            yield method, "/".join(parts), acts if method == "POST" else reads


async def test_each_operation_needs_its_scope_and_no_other(portal: Portal) -> None:
    """Proves: a key opens what it is for: every operation is closed to a key that has all scopes
    but its own, and open to one that has its own alone.
    """
    wrong = []
    for scope in Scope:
        others = [each for each in Scope if each is not scope]
        async with program(portal, *others) as lacking, program(portal, scope) as having:
            for method, address, needed in operations():
                if needed is not scope:
                    continue
                statuses = [
                    (
                        await each.client.request(
                            method, address, json={}, headers={"idempotency-key": "k"}
                        )
                    ).status_code
                    for each in (lacking, having)
                ]
                if statuses[0] != 403 or statuses[1] in {401, 403}:
                    wrong.append(f"{method} {address}: {statuses}")
    assert wrong == []


async def test_only_a_good_key_opens_anything(portal: Portal) -> None:
    """Proves: no key, a made-up one, a revoked one and one whose time is over are all the same to
    the interface, at once; a browser's session opens nothing here.
    """
    keys = portal.site.api_keys
    scopes = frozenset({Scope.JOURNEYS_READ})
    revoked, revoked_secret = await keys.make("Revoked", scopes, None, OPS)
    over = datetime.now(UTC) - timedelta(seconds=1)
    _, over_secret = await keys.make("Over", scopes, over, OPS)
    later = datetime.now(UTC) + timedelta(minutes=5)
    _, good_secret = await keys.make("Good", scopes, later, OPS)
    browser = await portal.operations()

    async def asked(authorization: str) -> int:
        headers = {"authorization": authorization, "accept": "text/html"}
        answer = await browser.client.get("/api/v1/board", headers=headers)
        if answer.status_code == 401:
            assert answer.json()["code"] == "key_not_good"
            assert answer.headers["www-authenticate"] == "Bearer"
        return answer.status_code

    assert await asked(f"Bearer {revoked_secret}") == 200
    assert await asked(f"bearer {good_secret}") == 200
    assert await keys.revoke(revoked.id, OPS)
    for bad in ("", good_secret, "Bearer laurel_x", f"Bearer {revoked_secret}", "Basic bGE6eA=="):
        assert await asked(bad) == 401, bad
    assert await asked(f"Bearer {over_secret}") == 401


async def test_a_repeated_act_is_done_once_and_answered_as_it_was(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the same request under the same key moves a due time once and gets the same bytes; a
    changed one is refused; the same Idempotency-Key of another program is another act.
    """
    enrollment_id = await house.enrolled(library)
    act = {"act": {"kind": "extend", "days": 2}, "reason": WHY}
    address = f"/journeys/{enrollment_id}/acts"
    async with program(portal) as ours, program(portal) as theirs:
        first = await ours.send(address, "once", act)
        assert first.status_code == 200, first.text
        again = await ours.send(address, "once", act)
        assert again.content == first.content
        assert again.headers["content-type"] == first.headers["content-type"]
        assert REPLAYED in again.headers
        assert REPLAYED not in first.headers
        assert await extensions(house, enrollment_id, ours) == 1

        changed = await ours.send(address, "once", {**act, "reason": "Another."})
        assert changed.json()["code"] == "request_key_reused"
        elsewhere = await ours.send("/journeys/another/acts", "once", act)
        assert elsewhere.json()["code"] == "request_key_reused"
        assert (await theirs.send(address, "once", act)).status_code == 200
        assert await extensions(house, enrollment_id, theirs) == 1
        assert await extensions(house, enrollment_id, ours) == 1
        for bad in ("", "with a space", "x" * 129):
            refused = await ours.send(address, bad, act)
            assert refused.json()["code"] == "request_key_missing", bad


async def extensions(house: House, enrollment_id: str, ours: Program) -> int:
    """Count what a program's key did to the due time of a journey."""
    by = f"{ours.key.name} (key {ours.key.id})"
    query = (
        select(func.count())
        .select_from(TimelineRow)
        .join(ReasonRow, ReasonRow.id == TimelineRow.reason_id)
        .where(TimelineRow.enrollment_id == enrollment_id, ReasonRow.by_name == by)
    )
    async with house.database.reading() as session:
        return await session.scalar(query) or 0


async def test_requests_that_come_at_once_are_one_act(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: of four equal requests at the same moment one acts; the others are told to wait, or
    get its answer.
    """
    enrollment_id = await house.enrolled(library)
    act = {"act": {"kind": "extend", "days": 3}, "reason": WHY}
    address = f"/journeys/{enrollment_id}/acts"
    async with program(portal) as ours:
        answers = await asyncio.gather(*(ours.send(address, "at-once", act) for _ in range(4)))
        codes = [each.status_code for each in answers]
        assert 200 in codes
        assert set(codes) <= {200, 409}
        assert (await ours.send(address, "at-once", act)).status_code == 200
        assert await extensions(house, enrollment_id, ours) == 1


async def test_a_refused_act_may_be_sent_again(house: House, portal: Portal, library: str) -> None:
    """Proves: a refusal uses nothing up: once all is right, the same request succeeds."""
    number = f"F-{library}"
    async with program(portal) as ours:
        await ours.post(f"/orders/{number}/settle", status=404, again="early")
        await house.publish(library)
        learners = f"name,email,micro_credential\nA Learner,{library}@example.org,"
        form: Body = {
            "number": number,
            "purchase_order": "PO-1",
            "payer_name": "A District",
            "payer_address": "district@example.org",
            "learners": f"{learners}{library}/steady-hands\n",
        }
        await ours.post("/order-forms", **form)
        told = await ours.post(f"/orders/{number}/settle", again="early")
        assert "settled" in told["sentence"]


@pytest.mark.parametrize(("age", "status"), [(IN_FLIGHT * 2, 200), (timedelta(), 409)])
async def test_an_act_whose_process_died_is_taken_up_again(
    house: House, portal: Portal, library: str, age: timedelta, status: int
) -> None:
    """Proves: a claim that nobody answered for minutes is free again, and a fresh one is not."""
    enrollment_id = await house.enrolled(library)
    act = {"act": {"kind": "extend", "days": 2}, "reason": WHY}
    address = f"/journeys/{enrollment_id}/acts"
    async with program(portal) as ours:
        assert (await ours.send(address, "broken", act)).status_code == 200
        async with house.database.transaction() as session:
            row = await session.get_one(ApiAnswerRow, (ours.key.id, "broken"))
            row.status, row.content = None, ""
            row.begun_at = datetime.now(UTC) - age
        answer = await ours.send(address, "broken", act)
        assert answer.status_code == status
        assert await extensions(house, enrollment_id, ours) == 1


async def test_what_was_sent_is_looked_at_closely(portal: Portal) -> None:
    """Proves: unknown fields and parameters are refused, each wrong place is named without what
    stood there, what is too much is not read, and an address says how it can be used.
    """
    async with program(portal) as ours:
        refused = await ours.put("/journeys/e1/preview", 422, act={"kind": "extend", "dais": 3})
        assert refused["code"] == "request_not_readable"
        (point,) = refused["points"]
        assert (point["place"], point["code"]) == ("body.act.dais", "extra_forbidden")
        assert (await ours.get("/journeys", 422, stages="ended"))["code"] == "unknown_parameter"
        assert (await ours.get("/journeys", 422, stage="nowhere"))["points"]
        assert (await ours.get("/journeys", 422, after="nonsense"))["code"] == "cursor_not_valid"
        large = await ours.client.put(
            "/api/v1/catalog/page", content=b"x" * (MOST_BYTES + 1), headers={"accept": "*/*"}
        )
        assert (large.status_code, large.json()["code"]) == (413, "request_too_large")
        for method, address, allowed in (
            ("DELETE", "/bulk-acts", "GET, POST"),
            ("GET", "/attention/close", "POST"),
            ("PATCH", "/board", "GET"),
        ):
            answer = await ours.client.request(method, f"/api/v1{address}")
            assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert (await ours.client.get("/api/v1/nothing/of/this/kind")).status_code == 404


async def test_a_program_that_asks_too_often_is_told_to_wait(portal: Portal) -> None:
    """Proves: the limit counts for one key alone."""
    async with program(portal) as hasty, program(portal) as calm:
        window = int(Limit.REQUESTS_OF_KEY.window.total_seconds())
        counted = sha256(f"REQUESTS_OF_KEY\x1f{hasty.key.id}".encode()).hexdigest()
        this = int(datetime.now(UTC).timestamp()) // window * window
        async with portal.house.database.transaction() as session:
            for begins in (this, this + window):
                row = ThrottleRow(id=counted, starts_at=datetime.fromtimestamp(begins, UTC))
                row.tries = Limit.REQUESTS_OF_KEY.most
                session.add(row)
        assert (await hasty.get("/board", 429))["code"] == "too_often"
        await calm.get("/board")


async def test_the_description_is_complete_and_open(portal: Portal) -> None:
    """Proves: programs and people read what there is without a key, and every operation says what
    it does.
    """
    browser = portal.browser()
    await browser.get("/api/v1")
    assert "/api/v1/journeys/{enrollment_id}/acts" in browser.text
    described = (await browser.client.get("/api/v1/openapi.json")).json()
    assert described["servers"] == [{"url": portal.url}]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], f"{method} {path}"
            assert operation["security"] == [{"HTTPBearer": []}], f"{method} {path}"
