"""The catalogue as operations keep it: pages imported, details entered, versions published.

Reading a page needs no database, so the book is known here by its name alone.
"""

from collections.abc import Callable, Mapping, Sequence
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
from domain.catalog_changes import refuse_unless_seen
from domain.catalog_details import (
    DetailPlace,
    with_detail_changed,
    with_detail_moved,
    with_details,
    without_detail,
)
from domain.catalog_keys import UnknownMicroCredential
from domain.catalog_page import CatalogDraft, entry_of, read_page
from domain.catalog_refusals import DetailRepeated
from domain.catalog_supplement import CatalogSupplement, supplemented
from domain.grounds import Grounds, OpsActionKind
from domain.refusals import Invalid
from domain.values import JsonObject, Value

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


class ImportOutlook(Value):
    """The draft that is kept, if one is, and what an import would make of it."""

    known: CatalogEntry | None
    entry: CatalogEntry


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

    async def import_outlook(
        self, draft: CatalogDraft, supplement: CatalogSupplement | None = None
    ) -> "ImportOutlook":
        """Return what an import would make of the draft that is kept; nothing is changed.

        Raises as `import_page` does.
        """
        if draft.problems:
            raise PageHasProblems(draft.problems)
        page = entry_of(draft)
        known = await self._book.draft(page.key)
        return ImportOutlook(known=known, entry=_imported(page, known, supplement, Terms()))

    async def add_detail(
        self, key: CatalogKey, outcome: int, text: str, grounds: Grounds
    ) -> "DraftChange":
        """Add a detail to an outcome (from 1) of the draft; the very same text changes nothing."""
        return await self.add_details(key, {outcome: (text,)}, grounds)

    async def add_details(
        self, key: CatalogKey, texts: Mapping[int, Sequence[str]], grounds: Grounds
    ) -> "DraftChange":
        """Add details to outcomes (numbered from 1), all of them or none."""

        def added(entry: CatalogEntry) -> CatalogEntry:
            for outcome, each in sorted(texts.items()):
                entry = with_details(entry, outcome, each)
            return entry

        return await self._change(key, OpsActionKind.DETAIL_ADDED, added, grounds)

    async def change_detail(
        self, key: CatalogKey, place: DetailPlace, text: str, grounds: Grounds
    ) -> "DraftChange":
        """Say a detail in other words. Raises ``DetailDiffers`` and the catalogue's limits."""
        kind = OpsActionKind.DETAIL_CHANGED
        return await self._change(
            key, kind, lambda it: with_detail_changed(it, place, text), grounds
        )

    async def remove_detail(
        self, key: CatalogKey, place: DetailPlace, grounds: Grounds
    ) -> "DraftChange":
        """Take a detail out of the draft. Raises ``DetailDiffers``."""
        kind = OpsActionKind.DETAIL_REMOVED
        return await self._change(key, kind, lambda it: without_detail(it, place), grounds)

    async def move_detail(
        self, key: CatalogKey, place: DetailPlace, to: int, grounds: Grounds
    ) -> "DraftChange":
        """Put a detail at another number of its outcome. Raises ``DetailDiffers``."""
        kind = OpsActionKind.DETAIL_MOVED
        return await self._change(key, kind, lambda it: with_detail_moved(it, place, to), grounds)

    async def set_terms(
        self, key: CatalogKey, terms: Terms, grounds: Grounds, seen: str = ""
    ) -> "DraftChange":
        """Set what the draft costs and yields. Raises ``TermsNotValid`` and ``DraftMovedOn``."""

        def agreed(known: CatalogEntry) -> CatalogEntry:
            entry = _with_terms(known, terms.model_dump(exclude_none=True))
            if entry != known:  # the same terms again are no change, whatever was seen
                refuse_unless_seen(known, seen)
            return entry

        return await self._change(key, OpsActionKind.TERMS_SET, agreed, grounds)

    async def publish(
        self, key: CatalogKey, grounds: Grounds, seen: str = ""
    ) -> "PublishedVersion":
        """Put the draft up for sale; the same content again is the same version.

        ``seen`` is the fingerprint of the draft that was looked at. Raises ``DraftMovedOn``.
        """
        return await self._book.publish(key, grounds, seen)

    async def _change(
        self,
        key: CatalogKey,
        kind: OpsActionKind,
        change: Callable[[CatalogEntry], CatalogEntry],
        grounds: Grounds,
    ) -> "DraftChange":
        """Change the draft of an entry that is there. Raises ``UnknownMicroCredential``."""

        def changed(known: CatalogEntry | None) -> CatalogEntry:
            if known is None:
                raise UnknownMicroCredential(key=key)
            return change(known)

        return await self._book.change_draft(key, kind, changed, grounds)


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
    return _with_terms(entry, agreed)


def _with_terms(entry: CatalogEntry, agreed: JsonObject) -> CatalogEntry:
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
