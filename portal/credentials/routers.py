"""The routers of credentials; what is named comes before any number."""

from typing import Final

from fastapi import APIRouter

from portal.credentials import checking, criteria, files, pictures, published, showing

CREDENTIALS: Final[tuple[APIRouter, ...]] = (
    checking.router,
    published.router,
    criteria.router,
    files.router,
    pictures.router,
    showing.router,
)
"""In the order in which they match."""
