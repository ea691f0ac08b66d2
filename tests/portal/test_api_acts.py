"""The interface for programs, area by area: done for real, and seen in the records."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow, ClosureRow, LeaveRow, OpsActionRow
from adapters.records.tables import (
    AttentionRow,
    Base,
    CatalogVersionRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    ReasonRow,
)
from adapters.records.webhook_tables import WebhookEndpointRow
from domain.enrollment import AttentionKind
from domain.notices import NoticeKind, NoticeState
from domain.orders import LineState
from tests.architecture.source import ROOT
from tests.house import House
from tests.portal.programs import WHY, Body, Program, program
from tests.portal.receivers import running_receiver
from tests.portal.served import Portal
from tests.waiting import eventually

PAGE = (ROOT / "samples" / "catalog" / "welcoming-new-teachers.txt").read_text()


async def row(database: Database, table: type[Base], key: object) -> Base | None:
    """Return a row as it stands now."""
    async with database.reading() as session:
        return await session.get(table, key)


async def grounds_of(house: House, subject_id: str) -> list[tuple[str, str, str]]:
    """Return what operations did outside of journeys: what, why, in whose name."""
    query = (
        select(OpsActionRow.kind, ReasonRow.text, ReasonRow.by_name)
        .join(ReasonRow, ReasonRow.id == OpsActionRow.reason_id)
        .where(OpsActionRow.subject_id == subject_id)
        .order_by(OpsActionRow.at)
    )
    async with house.database.reading() as session:
        return [(kind, why, by) for kind, why, by in await session.execute(query)]


def signature(ours: Program) -> str:
    """Return in whose name a program acts."""
    return f"{ours.key.name} (key {ours.key.id})"


async def test_a_journey_is_found_previewed_and_acted_upon(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a program finds a journey, sees what an act would do, does exactly that, is told when
    the journey has moved on, and meets the refusals that people meet.
    """
    enrollment_id = await house.enrolled(library)
    extend = {"kind": "extend", "days": 4}
    async with program(portal) as ours:
        (line,) = (await ours.get("/journeys", library=library))["lines"]
        assert line["enrollment_id"] == enrollment_id
        before = await house.row(enrollment_id)
        preview = await ours.put(f"/journeys/{enrollment_id}/preview", act=extend)
        assert (await house.row(enrollment_id)).waiting_until == before.waiting_until
        await ours.post(f"/journeys/{enrollment_id}/acts", act=extend, as_of=preview["as_of"])
        moved = await house.row(enrollment_id)
        assert moved.waiting_until == datetime.fromisoformat(preview["due"]["at"])
        refused = await ours.post(
            f"/journeys/{enrollment_id}/acts", 409, act=extend, as_of=preview["as_of"]
        )
        assert refused["code"] == "journey_moved_on"
        no_judgement = {"kind": "approve"}
        path = f"/journeys/{enrollment_id}"
        foreseen = await ours.put(f"{path}/preview", act=no_judgement)
        refused = await ours.post(f"{path}/acts", 409, act=no_judgement)
        assert refused["code"] == foreseen["refusal"]["code"] != "journey_moved_on"
        await ours.post(f"{path}/acts", act={"kind": "withdraw"})
        view = await ours.get(path)
        assert view["ending"] == "withdrawn"
        assert [each["by"] for each in view["timeline"] if each["why"] == WHY] == [
            signature(ours),
            signature(ours),
        ]
        assert (await ours.get("/journeys/unknown", 404))["code"] == "unknown_enrollment"


async def test_mail_and_attention_are_seen_to(house: House, portal: Portal, library: str) -> None:
    """Proves: a program reads a letter as it was handed over, records that it came back, and closes
    the attention that this opens; a letter of another journey is not shown.
    """
    enrollment_id, other = await house.enrolled(library), await house.enrolled(library)
    query = select(NoticeRow.id).where(
        NoticeRow.subject_id == enrollment_id,
        NoticeRow.kind == NoticeKind.VERIFY_ACCOUNT,
        NoticeRow.state == NoticeState.ACCEPTED,
    )
    found: list[str] = []

    async def is_sent() -> bool:
        async with house.database.reading() as session:
            found[:] = await session.scalars(query)
        return bool(found)

    await eventually(is_sent)
    async with program(portal) as ours:
        letter = await ours.get(f"/journeys/{enrollment_id}/letters/{found[0]}")
        assert letter["letter"]["to_address"]
        await ours.get(f"/journeys/{other}/letters/{found[0]}", 404)
        bounce = {"kind": "bounce", "notice_id": found[0]}
        await ours.post(f"/journeys/{enrollment_id}/acts", act=bounce)
        wanted: Body = {"subject": enrollment_id, "kind": AttentionKind.MAIL_BOUNCED.value}
        open_ones = await ours.get("/attention", kind="mail_bounced", lines=200)
        assert enrollment_id in [each["subject"] for each in open_ones["lines"]]
        assert (await ours.post("/attention/close", **wanted))["sentence"] == "It is closed."
        again = await ours.post("/attention/close", **wanted)
        assert again["sentence"].startswith("Nothing")
    async with house.database.reading() as session:
        closed = await session.scalar(
            select(AttentionRow.closed_at).where(AttentionRow.subject_id == enrollment_id)
        )
    assert closed is not None


async def test_many_journeys_are_acted_upon(house: House, portal: Portal, library: str) -> None:
    """Proves: an act in bulk is carried out on each, and its lines say what came of it."""
    ids = [await house.enrolled(library) for _ in range(2)]
    async with program(portal) as ours:
        asked: Body = {"act": {"kind": "withdraw"}, "enrollments": [*ids, "e-unknown"]}
        bulk_id = (await ours.post("/bulk-acts", **asked))["bulk_id"]

        async def has_ended() -> bool:
            return (await ours.get(f"/bulk-acts/{bulk_id}"))["ended_at"] is not None

        await eventually(has_ended)
        lines = await ours.get(f"/bulk-acts/{bulk_id}/lines")
        assert [each["state"] for each in lines] == ["done", "done", "refused"]
        assert bulk_id in [each["bulk_id"] for each in await ours.get("/bulk-acts")]
        await ours.post(f"/bulk-acts/{bulk_id}/stop")
        await ours.get("/bulk-acts/unknown/lines", 404)
    for each in ids:
        ended = await row(house.database, EnrollmentRow, each)
        assert isinstance(ended, EnrollmentRow)
        assert ended.ending == "withdrawn"


async def test_a_school_orders_pays_and_is_refunded(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a form with bad lines is refused with each as a point; a good one is recorded, then
    settled and refunded, each in the name of the key.
    """
    await house.publish(library)
    form: Body = {
        "number": f"F-{library}",
        "purchase_order": "PO-7",
        "payer_name": "A District",
        "payer_address": "district@example.org",
    }
    head, key = "name,email,micro_credential", f"{library}/steady-hands"
    async with program(portal) as ours:
        bad = f"{head}\nA,nowhere,{key}\nB,b-{library}@example.org,{library}/nothing\n"
        refused = await ours.post("/order-forms", 422, **form, learners=bad)
        assert refused["points"][0]["line"] == 2
        good = f"{head}\nA,a-{library}@example.org,{key}\nB,b-{library}@example.org,{key}\n"
        order_id = (await ours.post("/order-forms", **form, learners=good))["order_id"]
        recorded = await row(house.database, OrderRow, order_id)
        assert isinstance(recorded, OrderRow)
        assert recorded.settled_at is None
        assert (await ours.get(f"/orders/{form['number']}"))["order_id"] == order_id
        await ours.post(f"/orders/{order_id}/settle")
        await house.enrollment_of(order_id)
        await ours.post(f"/orders/{order_id}/refund", lines=[1])
        line = await row(house.database, OrderLineRow, f"{order_id}-1")
        assert isinstance(line, OrderLineRow)
        assert line.state in {LineState.REFUNDING, LineState.REFUNDED}
        assert (await ours.post(f"/orders/{order_id}/refund", 404, lines=[9]))["code"]
        listed = await ours.get("/orders", text=form["number"])
        assert [each["order_id"] for each in listed["lines"]] == [order_id]
        acts = await grounds_of(house, order_id)
        assert {(why, by) for _, why, by in acts} == {(WHY, signature(ours))}


async def test_the_roster_is_kept(house: House, portal: Portal, library: str) -> None:
    """Proves: capacity, libraries, leave and activity are changed, and what is wrong is refused."""
    assessor = await house.hire(library)
    today = datetime.now(UTC).date()
    away: Body = {
        "first_day": str(today + timedelta(days=9)),
        "last_day": str(today + timedelta(days=12)),
    }
    path = f"/assessors/{assessor.id}"
    async with program(portal) as ours:
        assert (await ours.post(f"{path}/capacity", capacity=2))["change"]["is_changed"]
        await ours.post(f"{path}/libraries", libraries=[library, "general"])
        await ours.post(f"{path}/leave", **away)
        async with house.database.reading() as session:
            planned = select(LeaveRow.first_day).where(LeaveRow.assessor_id == assessor.id)
            assert list(await session.scalars(planned)) == [today + timedelta(days=9)]
        await ours.post(f"{path}/leave/cancel", **away)
        await ours.post(f"{path}/active", is_active=False)
        (found,) = [e for e in await ours.get("/assessors") if e["id"] == assessor.id]
        assert (found["capacity"], found["leaves"]) == (2, [])
        assert set(found["libraries"]) == {library, "general"}
        kept = await row(house.database, AssessorRow, assessor.id)
        assert isinstance(kept, AssessorRow)
        assert not kept.is_active
        assert (await ours.post("/roster", 422, roster="name\nA\n"))["points"]
        assert (await ours.post("/assessors/unknown/return", 404))["code"] == "unknown_assessor"
        assert (await ours.get(path))["line"]["capacity"] == 2
        acts = await grounds_of(house, assessor.id)
        assert {by for *_, by in acts} == {signature(ours)}
        assert len(acts) == 5


async def test_somebody_joins_the_roster(house: House, portal: Portal, library: str) -> None:
    """Proves: one more assessor is added in the name of the key, and not twice."""
    async with program(portal) as ours:
        new: Body = {"name": "New Reader", "organization": "A School", "capacity": 1}
        new |= {"address": f"new-{library}@example.org", "libraries": [library]}
        (added,) = (await ours.post("/assessors", **new))["taken"]["added"]
        assert [why for _, why, _ in await grounds_of(house, added)] == [WHY]
        assert (await ours.post("/assessors", 409, **new))["code"] == "assessor_known"


async def test_a_page_becomes_a_version(house: House, portal: Portal, library: str) -> None:
    """Proves: a page with problems is refused with each as a point, a good one is imported with its
    terms, gets its details, and is published as a version that is kept.
    """
    async with program(portal) as ours:
        page: Body = {"page": PAGE, "library": library}
        draft = await ours.put("/catalog/page", **page)
        assert draft["problems"] == []
        refused = await ours.post("/catalog", 422, page="Nothing", library=library)
        assert refused["points"][0]["code"]
        terms = {"price_cents": 12_500}
        entry = (await ours.post("/catalog", **page, terms=terms))["entry"]
        path = f"/catalog/{library}/{entry['slug']}"
        unready = await ours.post(f"{path}/publish", 422)
        assert "detail" in unready["sentence"]
        for number in range(1, len(entry["outcomes"]) + 1):
            await ours.post(f"{path}/details", outcome=number, text="A dated plan.")
        seen: Body = {"outcome": 1, "number": 1, "seen": "A dated plan."}
        changed = await ours.post(f"{path}/details/change", **seen, text="A plan with a date.")
        assert changed["entry"]["outcomes"][0]["details"] == ["A plan with a date."]
        stale = await ours.post(f"{path}/details/remove", 409, **seen)
        assert stale["code"]
        await ours.post(f"{path}/terms", terms={"pd_hours": 6})
        version = await ours.post(f"{path}/publish")
        assert (version["number"], version["is_new"]) == (1, True)
        kept = await ours.get(f"{path}/versions/1")
        assert (kept["entry"]["price_cents"], kept["entry"]["pd_hours"]) == (12_500, 6)
        await ours.get(f"{path}/versions/2", 404)
        assert (await ours.get(path))["published"]["number"] == 1
    async with house.database.reading() as session:
        versions = select(CatalogVersionRow.number).where(
            CatalogVersionRow.title == kept["entry"]["title"],
        )
        assert 1 in list(await session.scalars(versions))


async def test_a_day_is_closed(house: House, portal: Portal) -> None:
    """Proves: a closure is recorded, and stands in the calendar of its year."""
    async with program(portal) as ours:
        day: Body = {"day": "2031-03-05", "name": "Founders' day"}
        foreseen = await ours.put("/calendar/closures/preview", **day)
        closed = await ours.post("/calendar/closures", day="2031-03-05", name="Founders' day")
        assert closed["is_new"]
        assert closed["calendar_version"] == foreseen["calendar_version"]
        days = (await ours.get("/calendar", year=2031))["days"]
        assert ("2031-03-05", "Founders' day") in [(each["day"], each["name"]) for each in days]
    async with house.database.reading() as session:
        names = list(await session.scalars(select(ClosureRow.name)))
    assert "Founders' day" in names


async def test_endpoints_of_webhooks_are_kept(house: House, portal: Portal) -> None:
    """Proves: an endpoint is registered, its secret signs a test, a new one is made, it is switched
    off; the secret stands in no other answer.
    """
    async with program(portal) as ours, running_receiver() as receiver:
        made = await ours.post("/webhook-endpoints", url=receiver.url, kinds=["order.settled"])
        path = f"/webhook-endpoints/{made['endpoint_id']}"
        sent = await ours.post(f"{path}/test")
        await receiver.until(lambda _: bool(receiver.about(made["endpoint_id"])))
        (hook,) = receiver.about(made["endpoint_id"])
        assert hook.verified_by(made["secret"])
        delivery = f"/webhook-deliveries/{sent['delivery_id']}"

        async def is_delivered() -> bool:
            return bool((await ours.get(delivery))["line"]["state"] == "delivered")

        await eventually(is_delivered)
        resent = await ours.post(f"{delivery}/resend")
        listed = await ours.get("/webhook-deliveries", endpoint=made["endpoint_id"])
        ids = {each["delivery_id"] for each in listed["lines"]}
        assert ids == {sent["delivery_id"], resent["delivery_id"]}
        assert (await ours.post(f"{path}/rotate"))["secret"] != made["secret"]
        assert (await ours.post(f"{path}/switch-off"))["is_changed"]
        assert not (await ours.post(f"{path}/switch-off"))["is_changed"]
        view = await ours.get(path)
        assert made["secret"] not in str(view)
        assert {each["by"] for each in view["actions"]} == {signature(ours)}
    kept = await row(house.database, WebhookEndpointRow, made["endpoint_id"])
    assert isinstance(kept, WebhookEndpointRow)
    assert not kept.is_active


async def test_numbers_are_read(portal: Portal) -> None:
    """Proves: board, report, checks with what stands behind them, and the shop's log are read."""
    async with program(portal) as ours:
        assert (await ours.get("/board"))["stages"]
        await ours.get("/report", first="2026-01", last="2026-02")
        backwards = await ours.get("/report", 422, first="2026-02", last="2026-01")
        assert backwards["code"] == "period_not_valid"
        checks = await ours.get("/checks")
        assert [each["number"] for each in checks] == list(range(1, len(checks) + 1))
        await ours.get("/checks/1")
        await ours.get("/checks/99", 404)
        await ours.get("/mail-trouble")
        await ours.get("/shop-messages")
