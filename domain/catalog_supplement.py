"""What staff add to an imported entry: the details that are scored, and the terms of sale.

Published pages carry neither. A supplement is written beside its page (``<slug>.details.json``) and
names the entry that it belongs to, so that it can never be laid over another one.
"""

from pydantic import BaseModel, ConfigDict, Field

from domain.catalog import CatalogEntry, CatalogKey, with_detail
from domain.refusals import Conflict, Invalid


class CatalogSupplement(BaseModel):
    """Details for each outcome, in the order of the page, and what the entry costs and yields.

    Prices are in cents, ``pd_hours`` are hours of professional development.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    library: str
    slug: str
    details: tuple[tuple[str, ...], ...]
    price_cents: int = Field(default=0, ge=0)
    member_price_cents: int = Field(default=0, ge=0)
    pd_hours: int = Field(default=0, ge=0)
    issuer: str = Field(default="", max_length=300)
    stack: str = Field(default="", max_length=300)


class SupplementOfAnotherEntry(Conflict):
    """The supplement names another micro-credential."""

    code = "supplement_of_another_entry"
    sentence = "These details belong to {theirs}, not to {ours}. Choose the file of {ours}."


class SupplementCountDiffers(Invalid):
    """The supplement was written for another number of outcomes."""

    code = "supplement_count_differs"
    sentence = "Details are given for {given} outcomes, {key} has {count}. Give a list for each."


def supplemented(entry: CatalogEntry, supplement: CatalogSupplement) -> CatalogEntry:
    """Return ``entry`` with the details and terms of ``supplement``, or refuse.

    Details are added one by one under the rules of `with_detail`.
    """
    theirs = f"{supplement.library}/{supplement.slug}"
    ours: CatalogKey = entry.key
    if theirs != str(ours):
        raise SupplementOfAnotherEntry(theirs=theirs, ours=ours)
    if len(supplement.details) != len(entry.outcomes):
        given = len(supplement.details)
        raise SupplementCountDiffers(given=given, key=ours, count=len(entry.outcomes))
    for number, details in enumerate(supplement.details, start=1):
        for detail in details:
            entry = with_detail(entry, number, detail)
    terms = supplement.model_dump(exclude={"library", "slug", "details"})
    return entry.model_copy(update=terms)
