"""How lists are asked for: the cursor of the page before, and how many lines."""

from typing import Annotated

from fastapi import Path, Query

After = Annotated[
    str, Query(max_length=600, description="The `after` of the page before; empty for the first.")
]
Lines = Annotated[int, Query(ge=1, le=200, description="Lines of a page.")]
Named = Annotated[str, Path(min_length=1, max_length=60, pattern=r"^[\x21-\x7e]+$")]
"""An identifier in an address."""
