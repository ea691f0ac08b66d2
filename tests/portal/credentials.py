"""What tests of credentials share: an award with its credential, and browsers before its pages.

The workers of a house sign with the address that its settings had when they were made, which is not
where its portal is served. These browsers visit the same portal under that address.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from fastapi import FastAPI

from adapters.records.credential_values import CredentialView
from adapters.records.shared_credentials import SharedCredential, SharedCredentials
from domain.enrollment import Party
from office.engine import WorkflowEngine
from portal.app import create_app, site_at
from portal.site import Site
from settings import Settings
from tests.house import House
from tests.portal.served import Browser, Portal
from tests.workflows import stages

SIGNED_AT = str(Settings.model_fields["public_url"].default)
"""The address that the house's workers put into what they sign."""


@dataclass
class Issuing:
    """A portal under the address that its credentials name."""

    house: House
    site: Site
    app: FastAPI
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def browser(self, caller: str = "127.0.0.1") -> Browser:
        """Return a new browser in which nobody is signed in."""
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app, client=(caller, 4711)),
            base_url=SIGNED_AT,
            headers={"accept": "text/html", "sec-fetch-site": "same-origin"},
        )
        self.clients.append(client)
        return Browser(client)

    async def signed_in(self, portal: Portal, party: Party, subject_id: str) -> Browser:
        """Return a browser in which somebody is signed in."""
        known = await portal.signed_in(party, subject_id)
        browser = self.browser()
        browser.client.cookies.update(dict(known.client.cookies))
        await browser.get("/sign-in")
        return browser

    async def holder(self, portal: Portal, enrollment_id: str) -> Browser:
        """Return the browser of whoever holds the credential of an enrollment."""
        person_id = await self.site.access.owner_of(enrollment_id)
        assert person_id is not None
        return await self.signed_in(portal, Party.PRACTITIONER, person_id)

    async def kept(self, credential_id: str) -> SharedCredential:
        """Return a credential as the records have it."""
        return await SharedCredentials(self.house.database).credential(credential_id)


@asynccontextmanager
async def issuing(house: House, **settings: object) -> AsyncIterator[Issuing]:
    """Put up the portal of a house under the address that its credentials name."""
    site = site_at(
        house.settings.model_copy(update={"public_url": SIGNED_AT, **settings}), house.database
    )

    async def reach() -> WorkflowEngine:
        return house.engine

    site.desks.connect = reach
    portal = Issuing(house, site, create_app(site))
    try:
        yield portal
    finally:
        for client in portal.clients:
            await client.aclose()


async def awarded(house: House, library: str) -> CredentialView:
    """Play a journey to its award, and return the credential that came of it."""
    placed = await stages.judged(house, library, ())
    await house.engine.journey(placed.enrollment_id).result()
    (view,) = await house.issued.of_enrollment(placed.enrollment_id)
    return view
