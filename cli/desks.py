"""The desks at which commands work, from the opened office; each imports what is heavy late."""

from typing import TYPE_CHECKING

from cli.office import Office

if TYPE_CHECKING:
    from adapters.records.board_views import BoardViews
    from adapters.records.views import Views
    from office.assessing import AssessorDesk
    from office.desks import Desks
    from office.operating import OpsDesk
    from office.orders import OrderDesk
    from office.practising import PractitionerDesk


def desks_of(office: Office) -> "Desks":
    """Return what makes the desks of an opened office."""
    from adapters.assembly import file_store_of
    from office.desks import Desks

    return Desks(
        database=office.database,
        zone=office.zone,
        policy=office.settings.policy,
        files=file_store_of(office.settings),
        connect=office.engine,
    )


async def order_desk(office: Office) -> "OrderDesk":
    """Return where orders are taken."""
    return await desks_of(office).orders()


async def practitioner_desk(office: Office) -> "PractitionerDesk":
    """Return where practitioners work."""
    return await desks_of(office).practitioner()


async def assessor_desk(office: Office) -> "AssessorDesk":
    """Return where assessors work."""
    return await desks_of(office).assessor()


async def ops_desk(office: Office) -> "OpsDesk":
    """Return where operations act."""
    return await desks_of(office).ops()


def views_of(office: Office) -> "Views":
    """Return what people look at."""
    from adapters.records.views import Views

    return Views(office.database, office.zone)


def board_of(office: Office) -> "BoardViews":
    """Return the lists of operations."""
    from adapters.records.board_views import BoardViews

    return BoardViews(office.database, office.zone)
