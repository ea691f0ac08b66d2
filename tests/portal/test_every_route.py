"""Rights are checked on every route, for every role, and on the object and not on the menu."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from domain.enrollment import Party
from domain.values import opaque_id
from portal.routes import ROUTERS
from tests.house import House
from tests.portal.served import Browser, Portal

OWNERS = {"/my": Party.PRACTITIONER, "/assessing": Party.ASSESSOR, "/ops": Party.OPS}
"""Whose the addresses are that start so."""

OPEN = (
    *(
        "/catalog",
        "/how-it-works",
        "/order",
        "/order-form",
        "/order-form.csv",
        "/order-form.pdf",
        "/sandbox",
        "/sign-in",
        "/sign-out",
    ),
    *("/credentials", "/micro-credentials", "/keys", "/.well-known", "/{issuer_path:path}"),
    *("/webhooks", "/healthz", "/dev", "/address", "/{leads_to}"),
)
"""What strangers may ask for: it shows nobody's work, or checks a signature of its own."""

KEYED = ("/api",)
"""What programs use, each with a key; tests of its own hold the scopes."""

ALSO = {"tus-resumable": "1.0.0"}
"""What an upload says of itself before anything else is looked at."""

CLOSED = frozenset({401, 403, 404})
"""How a route answers somebody to whom it is closed, whatever else may be wrong."""

STRANGE = CLOSED | {409, 422}
"""How it answers the right role about a foreign object: it may first look at what was sent."""


@dataclass(frozen=True)
class Way:
    """One method of one address."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def owner(self) -> Party | None:
        """Whose it is; None for what is open."""
        return next((o for start, o in OWNERS.items() if begins(self.path, start)), None)

    def address(self, enrollment_id: str) -> str:
        """Return the address with every part filled in."""
        parts = [
            (enrollment_id if part == "{enrollment_id}" else "1") if "{" in part else part
            for part in self.path.split("/")
        ]
        return "/".join(parts)


def begins(path: str, start: str) -> bool:
    """Whether an address is ``start`` or lies below it."""
    return path == start or path.startswith(f"{start}/")


def ways() -> Iterator[Way]:
    """Yield everything that the site answers to."""
    for router in ROUTERS:
        yield from ways_of(router)


def ways_of(router: APIRouter) -> Iterator[Way]:
    """Yield everything that one router answers to."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield Way(method, route.path)


WAYS = sorted(set(ways()), key=str)
OWNED = [way for way in WAYS if way.owner is not None]


@dataclass
class Visitors:
    """Somebody of each role, and an enrollment that is none of theirs."""

    enrollment_id: str
    by_role: dict[Party | None, Browser]


@pytest.fixture(scope="module")
async def visitors(house: House, portal: Portal) -> Visitors:
    """Strangers of every role before an enrollment that an assessor has in hand."""
    library = "every-route"
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await house.assessor.accept(assessor.id, enrollment_id)
    stranger = await house.hire("another-library")
    other = await house.enrolled("another-library")
    return Visitors(
        enrollment_id,
        {
            None: portal.browser(),
            Party.PRACTITIONER: await portal.practitioner(other),
            Party.ASSESSOR: await portal.assessor(stranger),
            Party.OPS: await portal.operations(),
        },
    )


async def status_of(browser: Browser, way: Way, enrollment_id: str) -> int:
    """Return how the site answers."""
    if not browser.token:
        await browser.get("/sign-in")
    asked = browser.client.stream(  # some answers go on for as long as somebody listens
        way.method,
        way.address(enrollment_id),
        headers={"x-form-token": browser.token, **ALSO},
    )
    async with asked as answer:
        return answer.status_code


def test_every_route_is_somebodys_or_open_on_purpose() -> None:
    """Proves: a new route cannot be forgotten: it is owned, keyed, or listed as open."""
    known = (*OWNERS, *OPEN, *KEYED)
    assert [
        str(way)
        for way in WAYS
        if way.path != "/" and not any(begins(way.path, start) for start in known)
    ] == []


@pytest.mark.parametrize("way", OWNED, ids=str)
async def test_other_roles_are_turned_away(visitors: Visitors, way: Way) -> None:
    """Proves: nobody, and nobody of another role, gets past the door of a face."""
    for role, browser in visitors.by_role.items():
        if role is not way.owner:
            status = await status_of(browser, way, visitors.enrollment_id)
            assert status in CLOSED, f"{role}: {status}"


@pytest.mark.parametrize(
    "way",
    [way for way in OWNED if "{" in way.path and way.owner is not Party.OPS],
    ids=str,
)
async def test_a_foreign_object_is_closed_to_the_right_role(visitors: Visitors, way: Way) -> None:
    """Proves: being a practitioner or an assessor opens nothing of somebody else's."""
    browser = visitors.by_role[way.owner]
    status = await status_of(browser, way, visitors.enrollment_id)
    assert status in STRANGE, status


@pytest.mark.parametrize("way", [way for way in OWNED if way.method == "GET"], ids=str)
async def test_no_page_breaks_on_an_unknown_object(visitors: Visitors, way: Way) -> None:
    """Proves: an address that leads nowhere is answered in words, never with a fault of ours."""
    browser = visitors.by_role[way.owner]
    assert await status_of(browser, way, opaque_id("e", "nobody's")) < 500


async def test_a_changing_request_without_our_token_does_nothing(visitors: Visitors) -> None:
    """Proves: every form of every face is guarded against foreign pages."""
    unguarded = []
    for way in OWNED:
        if way.method in {"GET", "HEAD", "OPTIONS"}:
            continue
        answer = await visitors.by_role[way.owner].client.request(
            way.method,
            way.address(visitors.enrollment_id),
            headers={"x-form-token": "made-up", **ALSO},
        )
        if answer.status_code != 403:
            unguarded.append(f"{way}: {answer.status_code}")
    assert unguarded == []
