"""Every router of the site, in one list; the first that matches an address answers."""

from typing import Final

from fastapi import APIRouter

from portal import webhooks
from portal.api import describing
from portal.api.areas import AREAS
from portal.assessor import ROUTERS as ASSESSOR
from portal.credentials.routers import CREDENTIALS
from portal.dev import mail as caught_mail
from portal.entrance import health, issuer, links, signing_in, signing_out
from portal.operations import (
    access,
    approvals,
    bulk,
    bulk_progress,
    deliveries,
    journey,
    journey_acts,
)
from portal.operations import keys as program_keys
from portal.operations import webhooks as endpoints
from portal.operations.offices import OFFICES
from portal.operations.overview import OVERVIEW
from portal.practitioner import (
    address,
    checking,
    credential,
    drafting,
    leaving,
    portfolio,
    portfolio_evidence,
    receipts,
    results,
    state_record,
    submitting,
    transcript,
    versions,
    writing,
)
from portal.practitioner import home as practitioner_home
from portal.public import catalogue, order_form, ordering, papers, sandbox, welcome
from portal.uploads import tus

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    webhooks.router,
    transcript.router,  # before the journeys, whose numbers could be any word
    practitioner_home.router,
    portfolio.router,
    portfolio.files_router,
    portfolio_evidence.router,
    drafting.router,
    writing.router,
    versions.router,
    checking.router,
    submitting.router,
    receipts.router,
    results.router,
    credential.router,
    state_record.router,
    leaving.router,
    address.router,
    address.links,
    tus.router,
    issuer.router,
    welcome.router,
    catalogue.router,
    ordering.router,
    sandbox.router,
    order_form.router,
    papers.router,
    *CREDENTIALS,
    caught_mail.router,
    signing_in.router,
    signing_out.router,
    *OVERVIEW,
    *OFFICES,
    journey.router,
    journey_acts.router,
    approvals.router,
    bulk.router,
    bulk_progress.router,
    deliveries.router,
    endpoints.router,
    access.staff_router,
    access.sessions_router,
    program_keys.router,
    *AREAS,
    describing.router,
    *ASSESSOR,
    links.router,
)
