"""The pages of assessors: their work, offers, rounds, leave. Blind to whose work it is."""

from typing import Final

from fastapi import APIRouter

from portal.assessor import files, judging, leave, marks, offers, rounds, work

ROUTERS: Final[tuple[APIRouter, ...]] = (
    work.router,
    offers.router,
    files.router,
    marks.router,
    judging.router,
    rounds.router,
    leave.router,
)
"""In the order in which they match."""
