"""How things are named and lists are asked for: identifiers, texts, cursors, lines of a page."""

from typing import Annotated, Final

from fastapi import Path, Query

from adapters.records.keyset import LONGEST_CURSOR

VISIBLE: Final = r"^[!-~]+$"
"""What identifiers are made of."""

PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"
"""Text without control characters, of which databases refuse some."""

After = Annotated[
    str,
    Query(
        max_length=LONGEST_CURSOR,
        pattern=r"^[ -~]*$",
        description="The `after` of the page before; empty for the first.",
    ),
]
Lines = Annotated[int, Query(ge=1, le=200, description="Lines of a page.")]
Named = Annotated[str, Path(min_length=1, max_length=60, pattern=VISIBLE)]
"""An identifier in an address."""

Text = Annotated[str | None, Query(max_length=200, pattern=PLAIN)]
"""What a list is searched for or narrowed to."""

Subject = Annotated[str, Query(max_length=60, pattern=r"^[!-~]*$")]
"""An identifier that a list is narrowed to; empty for none."""
