"""The routers of orders, catalogue, roster and calendar; what is named comes before any name."""

from typing import Final

from fastapi import APIRouter

from portal.operations import (
    calendar,
    catalog,
    catalog_acts,
    catalog_import,
    order_forms,
    orders_acts,
    orders_page,
    orders_refund,
    roster,
    roster_one,
)

OFFICES: Final[tuple[APIRouter, ...]] = (
    order_forms.router,
    orders_page.router,
    orders_acts.router,
    orders_refund.router,
    catalog_import.router,
    catalog.router,
    catalog_acts.router,
    roster.router,
    roster_one.router,
    calendar.router,
)
"""In the order in which they match."""
