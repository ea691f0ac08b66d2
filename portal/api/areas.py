"""Every area of the interface, in the order of its documentation."""

from typing import Final

from fastapi import APIRouter

from portal.api import acts, catalog, credentials, journeys, orders, reports, roster, webhooks

AREAS: Final[tuple[APIRouter, ...]] = (
    journeys.api,
    acts.api,
    orders.api,
    roster.api,
    catalog.api,
    catalog.calendar_api,
    credentials.api,
    reports.api,
    webhooks.api,
)
