"""What the form of a piece of evidence tells its script: the file's own measures, and sentences.

The measures are those that the server found in the file, so the script and the server judge a place
alike; the sentences are the server's own.
"""

from datetime import timedelta

from adapters.records.portfolio_values import DetailView, FileView, PortfolioView
from domain.answers import Seen
from domain.evidence import DURATION_TOLERANCE
from domain.evidence_fields import PlaceMissing, how_to_name
from domain.locators import LocatorBackwards, LocatorNotUnderstood

_SECOND = timedelta(seconds=1)


def place_facts(file: FileView) -> dict[str, object]:
    """Return what decides whether a place lies in a file."""
    found = file.inspection
    duration = found.duration if found else None
    return {
        "kind": found.kind.value if found else "",
        "count": (found.pages or found.slides or 0) if found else 0,
        "seconds": duration / _SECOND if duration else 0,
        "tolerance": DURATION_TOLERANCE / _SECOND,
        "missing": str(PlaceMissing(how=how_to_name(found.kind))) if found else "",
        "not_understood": str(LocatorNotUnderstood()),
        "backwards": str(LocatorBackwards()),
    }


def evidence_facts(
    view: PortfolioView,
    detail: DetailView,
    file: FileView,
    seen: Seen,
    piece: str,
    *,
    is_refused: bool,
) -> dict[str, object]:
    """Return what the script of the form has to know of its page."""
    address = f"/my/{view.enrollment_id}"
    return {
        "address": f"{address}/parts/2/evidence",
        # The same for every page of this form, so that what one of them kept is found by the next.
        "place": f"{view.enrollment_id}/2/{seen.round}/{detail.key}/{piece or 'new'}/{file.id}",
        "round": seen.round,
        "version": seen.version,
        "item": detail.key,
        "is_refused": is_refused,
        "file": file.id,
        "limits": place_facts(file),
        "sign_in": f"/sign-in?as=practitioner&to={address}/parts/2",
    }
