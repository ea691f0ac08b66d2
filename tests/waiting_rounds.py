"""Rounds that wait for an assessor, put into the records as journeys would leave them."""

from datetime import datetime

from adapters.records.database import Database
from adapters.records.round_tables import RoundRow
from adapters.records.tables import (
    Base,
    CatalogVersionRow,
    EnrollmentRow,
    MicroCredentialRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)
from domain.enrollment import Stage


async def add_waiting_round(
    database: Database,
    name: str,
    since: datetime,
    *,
    library: str = "general",
    organization: str = "Elm School",
    is_waiting: bool = True,
    is_resubmission: bool = False,
) -> str:
    """Record one queued enrollment called ``name``, with its round; returns the enrollment's id."""
    rows: tuple[Base, ...] = (
        PersonRow(
            id=f"p-{name}",
            name=name,
            address=f"{name}@school.example.org",
            organization=organization,
        ),
        MicroCredentialRow(id=f"m-{name}", library=library, slug=name),
        OrderRow(
            id=f"o-{name}",
            channel="form",
            external_id=name,
            fingerprint=name,
            payer_name="Payer",
            payer_address="payer@example.org",
            placed_at=since,
        ),
        CatalogVersionRow(
            id=f"c-{name}",
            micro_credential_id=f"m-{name}",
            number=1,
            title=name,
            library=library,
            content={},
            published_at=since,
        ),
        OrderLineRow(
            id=f"l-{name}",
            order_id=f"o-{name}",
            number=1,
            person_id=f"p-{name}",
            version_id=f"c-{name}",
            micro_credential_id=f"m-{name}",
            state="enrolled",
        ),
        EnrollmentRow(
            id=f"e-{name}",
            person_id=f"p-{name}",
            micro_credential_id=f"m-{name}",
            version_id=f"c-{name}",
            line_id=f"l-{name}",
            journey={},
            library=library,
            opened_at=since,
            last_at=since,
            stage=Stage.QUEUED,
        ),
        RoundRow(
            enrollment_id=f"e-{name}",
            number=1,
            library=library,
            is_resubmission=is_resubmission,
            open_items={},
            opened_at=since,
            waiting_since=since if is_waiting else None,
        ),
    )
    async with database.transaction() as session:
        for row in rows:
            session.add(row)
            await session.flush()  # in this order: each one names the ones before
    return f"e-{name}"
