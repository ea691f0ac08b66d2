"""The desks at which commands work, made from the opened office."""

from typing import TYPE_CHECKING

from cli.office import Office

if TYPE_CHECKING:
    from adapters.records.views import Views
    from office.assessing import AssessorDesk
    from office.operating import OpsDesk
    from office.orders import OrderDesk
    from office.practising import PractitionerDesk
    from office.requests import Requests


async def requests_of(office: Office) -> "Requests":
    """Return the way to journeys."""
    from adapters.records.ops_book import OpsBook
    from office.requests import Requests

    return Requests(await office.engine(), OpsBook(office.database))


async def order_desk(office: Office) -> "OrderDesk":
    """Return where orders are taken."""
    from adapters.records.order_book import OrderBook
    from adapters.records.refund_book import RefundBook
    from office.orders import OrderDesk

    policy = office.settings.policy
    return OrderDesk(
        await office.engine(),
        OrderBook(office.database, office.zone, policy),
        RefundBook(office.database, office.zone, policy),
        await requests_of(office),
        policy,
    )


async def practitioner_desk(office: Office) -> "PractitionerDesk":
    """Return where practitioners work."""
    from adapters.assembly import file_store_of
    from adapters.records.part_book import PartBook
    from office.practising import PractitionerDesk

    return PractitionerDesk(
        await office.engine(),
        await requests_of(office),
        PartBook(office.database),
        file_store_of(office.settings),
    )


async def assessor_desk(office: Office) -> "AssessorDesk":
    """Return where assessors work."""
    from adapters.records.mark_book import MarkBook
    from office.assessing import AssessorDesk

    return AssessorDesk(await requests_of(office), MarkBook(office.database))


async def ops_desk(office: Office) -> "OpsDesk":
    """Return where operations act."""
    from adapters.records.ops_book import OpsBook
    from office.operating import OpsDesk

    return OpsDesk(await office.engine(), await requests_of(office), OpsBook(office.database))


def views_of(office: Office) -> "Views":
    """Return what people look at."""
    from adapters.records.views import Views

    return Views(office.database, office.zone)
