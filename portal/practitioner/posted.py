"""What forms of drafts bring along: what their page showed, and the texts of their fields."""

from typing import Annotated, Final

from fastapi import Depends, Form, Request

from domain.answers import Seen
from portal.practitioner.owning import AnyPart

TEXT: Final = "text:"
"""What the names of fields begin with that hold an answer; the item's key follows."""

MINE: Final = "mine:"
"""The same for a text that was refused as stale and is shown beside the newer one."""

TOGETHER: Final = "together:"
"""The same for the field in which both are edited together."""


def _seen(
    part: AnyPart,
    round_number: Annotated[int, Form(alias="round", ge=1)],
    version: Annotated[int, Form(ge=0)],
) -> Seen:
    return Seen(part=part, round=round_number, version=version)


PostedSeen = Annotated[Seen, Depends(_seen)]
"""A parameter of routes: the draft that the form's page showed (traps 9 and 10)."""


async def posted_texts(request: Request, prefix: str = TEXT) -> dict[str, str]:
    """Return the texts of a form by their items."""
    form = await request.form()
    return {
        name.removeprefix(prefix): text
        for name, text in form.items()
        if name.startswith(prefix) and isinstance(text, str)
    }


def field_id(key: str) -> str:
    """Return what the field of an item is called in its page, for links that lead to it."""
    return key.replace("/", "-")
