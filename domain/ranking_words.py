"""Why an assessor stood where they stood in the ranking of an offer, in words (trap 17)."""

from zoneinfo import ZoneInfo

from domain.assignment import Ranked
from domain.letters import spoken_instant


def ranking_reasons(ranked: Ranked, zone: str) -> tuple[str, ...]:
    """Return the facts that decided, in the order in which they count."""
    previous = ("assessed the previous round",) if ranked.assessed_previous_round else ()
    places = "place" if ranked.capacity == 1 else "places"
    load = f"{ranked.load} of {ranked.capacity} {places} taken"
    last = ranked.last_offered_at
    offered = f"last offer {spoken_instant(last, ZoneInfo(zone))}" if last else "never had an offer"
    return (*previous, load, offered)
