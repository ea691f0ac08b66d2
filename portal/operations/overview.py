"""What operations look at all day: the board, the lists behind it, reports and checks."""

from typing import Final

from fastapi import APIRouter

from portal.operations import (
    assessors,
    attention,
    board,
    checks,
    credential_acts,
    credentials,
    journey_list,
    mail,
    order_list,
    reports,
    state_records,
)

OVERVIEW: Final[tuple[APIRouter, ...]] = (
    board.router,
    journey_list.router,
    order_list.router,
    credentials.router,
    credential_acts.router,
    attention.router,
    mail.router,
    assessors.router,
    reports.router,
    state_records.router,
    checks.router,
)
"""Every router of this module's pages."""
