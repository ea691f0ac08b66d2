"""Which activities there are, and the check at start-up that none is forgotten.

An override without the decorator is silently not registered by the engine; a worker that would
leave a workflow waiting for ever refuses to start instead.
"""

import inspect
from collections.abc import Callable, Iterable

from temporalio import activity

from activities.interfaces import INTERFACES


class ActivityMissing(Exception):
    """An activity of an interface is not implemented, or not decorated."""


def activities_of(implementation: object) -> list[Callable[..., object]]:
    """Return the registered activities of an implementation, as the worker takes them."""
    members = inspect.getmembers(implementation, inspect.ismethod)
    return [member for _, member in members if _name_of(member) is not None]


def declared_names() -> frozenset[str]:
    """Return the names of all activities that the interfaces declare."""
    members = [
        member
        for interface in INTERFACES
        for _, member in inspect.getmembers(interface, inspect.isfunction)
    ]
    return frozenset(name for member in members if (name := _name_of(member)) is not None)


def refuse_incomplete(implementations: Iterable[object]) -> None:
    """Raise ``ActivityMissing`` unless every declared activity is registered."""
    registered = {
        _name_of(member)
        for implementation in implementations
        for member in activities_of(implementation)
    }
    missing = sorted(declared_names() - registered)
    if missing:
        raise ActivityMissing(", ".join(missing))


def _name_of(member: Callable[..., object]) -> str | None:
    definition = getattr(member, "__temporal_activity_definition", None)
    return definition.name if isinstance(definition, activity._Definition) else None
