"""The catalogue as operations keep it: pages imported, details entered, versions published.

Reading a page needs no database, so the book is known here by its name alone.
"""

from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pydantic import ValidationError

from domain.catalog import (
    CatalogEntry,
    CatalogKey,
    EssentialOutcome,
    Problem,
    with_detail,
)
from domain.catalog_keys import UnknownMicroCredential
from domain.catalog_page import CatalogDraft, entry_of, read_page
from domain.catalog_refusals import DetailRepeated
from domain.catalog_supplement import CatalogSupplement, supplemented
from domain.grounds import Grounds, OpsActionKind
from domain.refusals import Invalid
from domain.values import Value

if TYPE_CHECKING:
    from adapters.records.catalog_book import CatalogBook, DraftChange, PublishedVersion

MOST_CENTS = 100_000_00
"""A price above a hundred thousand is a mistyped one."""

MOST_SUPPLEMENT_BYTES = 1_000_000
"""Bytes of a details file; fifty outcomes with fifty details fit."""


class PageHasProblems(Invalid):
    """A page is imported when everything that is wrong with it was looked at."""

    code = "page_has_problems"
    sentence = (
        "Nothing was imported: the page has problems ({codes}). Correct a copy of the page and "
        "import that."
    )

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.points = problems
        codes = dict.fromkeys(problem.code.value for problem in problems)
        super().__init__(codes=", ".join(codes))


class SupplementNotValid(Invalid):
    """The file beside the page is no list of details and terms."""

    code = "supplement_not_valid"
    sentence = (
        "The details file cannot be used; look at {fields}. It is JSON with library, slug, and "
        "details: one list of texts for each outcome."
    )


class PriceNotValid(Invalid):
    """The text is no amount of money."""

    code = "price_not_valid"
    sentence = "This is not a price. Write an amount of dollars from 0 to 100000, such as 250.00."


class TermsNotValid(Invalid):
    """The hours, the issuer or the stack cannot be kept as they are."""

    code = "terms_not_valid"
    sentence = "These cannot be used as they are: {fields}. Give whole hours and short plain texts."


class Terms(Value):
    """What an entry costs (cents) and yields. What is None stays as it was."""

    price_cents: int | None = None
    member_price_cents: int | None = None
    pd_hours: int | None = None
    issuer: str | None = None
    stack: str | None = None


class CatalogDesk:
    """Keeps the catalogue; every act may be repeated."""

    def __init__(self, book: "CatalogBook") -> None:
        self._book = book

    async def import_page(
        self,
        draft: CatalogDraft,
        grounds: Grounds,
        terms: Terms | None = None,
        supplement: CatalogSupplement | None = None,
    ) -> "DraftChange":
        """Make the page's entry the draft; entered details stay where the outcome's text stays.

        Raises ``PageHasProblems`` while there is any, and the refusals of the catalogue's limits.
        """
        if draft.problems:
            raise PageHasProblems(draft.problems)
        page = entry_of(draft)

        def imported(known: CatalogEntry | None) -> CatalogEntry:
            return _imported(page, known, supplement, terms or Terms())

        kind = OpsActionKind.PAGE_IMPORTED
        return await self._book.change_draft(page.key, kind, imported, grounds)

    async def add_detail(
        self, key: CatalogKey, outcome: int, text: str, grounds: Grounds
    ) -> "DraftChange":
        """Add a detail to an outcome (from 1) of the draft; the very same text changes nothing."""

        def added(known: CatalogEntry | None) -> CatalogEntry:
            if known is None:
                raise UnknownMicroCredential(key=key)
            if text.strip() in known.outcome(outcome).details:
                return known
            return with_detail(known, outcome, text)

        return await self._book.change_draft(key, OpsActionKind.DETAIL_ADDED, added, grounds)

    async def publish(self, key: CatalogKey, grounds: Grounds) -> "PublishedVersion":
        """Put the draft up for sale; the same content again is the same version."""
        return await self._book.publish(key, grounds)


def read_page_file(data: bytes, library: str | None = None) -> CatalogDraft:
    """Read a page as it lies in a file; what is no text is a page of no library."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    # Text has no such character; a file that has is a recording, an archive or the like.
    return read_page("" if "\0" in text else text, library).draft


def read_supplement(data: bytes) -> CatalogSupplement:
    """Read the details file that stands beside a page, or refuse it."""
    if len(data) > MOST_SUPPLEMENT_BYTES:
        raise SupplementNotValid(fields="its size")
    try:
        return CatalogSupplement.model_validate_json(data)
    except ValidationError as invalid:
        named = {str(error["loc"][0]) for error in invalid.errors() if error["loc"]}
        raise SupplementNotValid(fields=", ".join(sorted(named)) or "its form") from None


def cents_of(amount: str) -> int:
    """Return the cents of an amount of dollars such as ``250`` or ``249.50``, or refuse."""
    try:
        cents = Decimal(amount.strip().removeprefix("$")) * 100
    except InvalidOperation:
        raise PriceNotValid from None
    if not cents.is_finite() or not 0 <= cents <= MOST_CENTS or cents != int(cents):
        raise PriceNotValid
    return int(cents)


def _imported(
    page: CatalogEntry,
    known: CatalogEntry | None,
    supplement: CatalogSupplement | None,
    terms: Terms,
) -> CatalogEntry:
    """Lay over the page, in this order: what is kept, the details file, the named terms."""
    entry = page if known is None else _with_kept(page, known)
    agreed = terms.model_dump(exclude_none=True)
    if supplement is not None:
        given = supplement.model_dump(include=supplement.model_fields_set & set(Terms.model_fields))
        agreed = given | agreed
        entry = _with_details(entry, supplemented(page, supplement))
    try:
        return CatalogEntry.model_validate(entry.model_dump() | agreed)
    except ValidationError as invalid:
        named = {str(error["loc"][0]) for error in invalid.errors() if error["loc"]}
        raise TermsNotValid(fields=", ".join(sorted(named))) from None


def _with_kept(page: CatalogEntry, known: CatalogEntry) -> CatalogEntry:
    kept = {outcome.text: outcome.details for outcome in known.outcomes}
    outcomes = tuple(
        EssentialOutcome(text=each.text, details=kept.get(each.text, ())) for each in page.outcomes
    )
    terms = {name: getattr(known, name) for name in Terms.model_fields}
    return page.model_copy(update={"outcomes": outcomes, **terms})


def _with_details(entry: CatalogEntry, given: CatalogEntry) -> CatalogEntry:
    """Add the details of another state of the same entry; one that is there is not added again."""
    for number, outcome in enumerate(given.outcomes, start=1):
        for detail in outcome.details:
            with suppress(DetailRepeated):
                entry = with_detail(entry, number, detail)
    return entry
