"""The catalogue on real databases: drafts that keep their details, versions that never change."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.catalog_book import CatalogBook, DraftState
from adapters.records.database import Database
from adapters.records.round_tables import OpsActionRow
from adapters.records.tables import ReasonRow
from domain.catalog import CatalogKey, Problem, ProblemCode
from domain.catalog_keys import KeyNotValid, UnknownMicroCredential, UnknownVersion, catalog_key
from domain.catalog_page import CatalogDraft, DraftPart
from domain.catalog_refusals import DetailRepeated, OutcomeUnknown, OutcomeWithoutDetail
from domain.catalog_supplement import (
    CatalogSupplement,
    SupplementCountDiffers,
    SupplementOfAnotherEntry,
)
from domain.grounds import Grounds, ReasonMissing, ReasonNotPlain, grounds
from office.catalog import (
    CatalogDesk,
    PageHasProblems,
    PriceNotValid,
    SupplementNotValid,
    Terms,
    cents_of,
    read_page_file,
    read_supplement,
)

KEY = CatalogKey(library="general", slug="shared-mornings")
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
LISTEN, PLAN = "Listens before deciding.", "Plans the morning with the team."


def grounds_of_minute(minute: int = 0) -> Grounds:
    """Return grounds given so many minutes after the start."""
    return grounds("The committee agreed.", "operations", START.replace(minute=minute))


def page(*outcomes: str, overview: str = "How a school begins its day.") -> CatalogDraft:
    """Return the draft of a page with these outcomes."""
    return CatalogDraft(
        library=KEY.library,
        slug=KEY.slug,
        title="Shared Mornings",
        overview=overview,
        outcomes=outcomes or (LISTEN, PLAN),
        parts=(
            DraftPart(number=1, title="Questions", minimum_words=1000, questions=("Why?",)),
            DraftPart(number=2, title="Portfolio"),
            DraftPart(number=3, title="Reflection", minimum_words=500),
        ),
    )


def supplement(*details: tuple[str, ...], slug: str = KEY.slug) -> CatalogSupplement:
    """Return a details file with a list for each outcome."""
    return CatalogSupplement(library=KEY.library, slug=slug, details=details)


@pytest.fixture
def records(database: AsyncEngine) -> Database:
    """Empty records on each kind of database."""
    return Database(database)


@pytest.fixture
def book(records: Database) -> CatalogBook:
    """The book that is tried."""
    return CatalogBook(records)


@pytest.fixture
def desk(book: CatalogBook) -> CatalogDesk:
    """The desk above it."""
    return CatalogDesk(book)


async def kept_actions(records: Database) -> list[tuple[str, str]]:
    """Return kind and reason of everything that operations did, in order."""
    async with records.reading() as session:
        rows = await session.execute(
            select(OpsActionRow.kind, ReasonRow.text)
            .join(ReasonRow, ReasonRow.id == OpsActionRow.reason_id)
            .order_by(OpsActionRow.at)
        )
        return [(kind, text) for kind, text in rows]


async def test_an_import_repeated_changes_nothing(
    desk: CatalogDesk, book: CatalogBook, records: Database
) -> None:
    """Proves: importing a page twice makes one entry and keeps one action with its reason."""
    first = await desk.import_page(page(), grounds_of_minute(0))
    again = await desk.import_page(page(), grounds_of_minute(1))
    assert (first.is_changed, again.is_changed) == (True, False)
    assert len(await book.listing()) == 1
    assert await kept_actions(records) == [("page_imported", "The committee agreed.")]


async def test_details_stay_with_the_text_of_their_outcome(desk: CatalogDesk) -> None:
    """Proves: a page whose outcomes moved keeps their details; a reworded outcome starts empty."""
    given = supplement(("Asks first.",), ("Shows a plan.", "Names who does what."))
    await desk.import_page(page(), grounds_of_minute(0), supplement=given)
    moved = await desk.import_page(page(PLAN, LISTEN), grounds_of_minute(1))
    assert [each.details for each in moved.entry.outcomes] == [
        ("Shows a plan.", "Names who does what."),
        ("Asks first.",),
    ]
    reworded = await desk.import_page(page(PLAN, "Hears everybody."), grounds_of_minute(2))
    assert [len(each.details) for each in reworded.entry.outcomes] == [2, 0]


async def test_terms_stay_unless_they_are_named(desk: CatalogDesk) -> None:
    """Proves: importing again without a price does not give the entry away."""
    terms = Terms(price_cents=25_000, member_price_cents=20_000, pd_hours=15, issuer="The board")
    await desk.import_page(page(), grounds_of_minute(0), terms)
    changed = await desk.import_page(
        page(overview="Reworded."), grounds_of_minute(1), Terms(price_cents=30_000)
    )
    entry = changed.entry
    assert (entry.price_cents, entry.member_price_cents) == (30_000, 20_000)
    assert (entry.pd_hours, entry.issuer, entry.overview) == (15, "The board", "Reworded.")


async def test_a_details_file_given_again_adds_only_what_is_new(desk: CatalogDesk) -> None:
    """Proves: the same details file twice is one set of details, and a longer one adds to it."""
    await desk.import_page(
        page(), grounds_of_minute(0), supplement=supplement(("A a.",), ("B b.",))
    )
    same = await desk.import_page(
        page(), grounds_of_minute(1), supplement=supplement(("A a.",), ("B b.",))
    )
    assert not same.is_changed
    more = await desk.import_page(
        page(), grounds_of_minute(2), supplement=supplement(("A a.", "C c."), ("B b.",))
    )
    assert [each.details for each in more.entry.outcomes] == [("A a.", "C c."), ("B b.",)]


async def test_a_page_with_problems_is_not_imported(desk: CatalogDesk, book: CatalogBook) -> None:
    """Proves: nothing is recorded while a page has problems, and each of them is named."""
    problem = Problem(code=ProblemCode.QUESTIONS_MISSING, message="No questions.")
    with pytest.raises(PageHasProblems) as refusal:
        await desk.import_page(
            page().model_copy(update={"problems": (problem,)}), grounds_of_minute()
        )
    assert refusal.value.points == (problem,)
    assert await book.listing() == ()


async def test_a_foreign_or_ill_fitting_details_file_is_refused(
    desk: CatalogDesk, book: CatalogBook
) -> None:
    """Proves: details are never laid over another entry, or over other outcomes."""
    with pytest.raises(SupplementOfAnotherEntry):
        await desk.import_page(
            page(), grounds_of_minute(), supplement=supplement(("A a.",), (), slug="other")
        )
    with pytest.raises(SupplementCountDiffers):
        await desk.import_page(page(), grounds_of_minute(), supplement=supplement(("A a.",)))
    assert await book.listing() == ()


async def test_publishing_waits_for_a_detail_under_every_outcome(
    desk: CatalogDesk, book: CatalogBook, records: Database
) -> None:
    """Proves: an outcome without a detail keeps the entry from sale, and leaves no version."""
    await desk.import_page(page(), grounds_of_minute(0))
    await desk.add_detail(KEY, 1, "Asks first.", grounds_of_minute(1))
    with pytest.raises(OutcomeWithoutDetail):
        await desk.publish(KEY, grounds_of_minute(2))
    assert (await book.shelf(KEY)).published is None
    await desk.add_detail(KEY, 2, "Shows a plan.", grounds_of_minute(3))
    version = await desk.publish(KEY, grounds_of_minute(4))
    assert (version.number, version.is_new) == (1, True)
    assert [kind for kind, _ in await kept_actions(records)] == [
        "page_imported",
        "detail_added",
        "detail_added",
        "version_published",
    ]


async def test_versions_are_numbered_and_never_change(desk: CatalogDesk, book: CatalogBook) -> None:
    """Proves: equal content keeps its number, other content gets the next, old ones stay whole."""
    given = supplement(("Asks first.",), ("Shows a plan.",))
    await desk.import_page(page(), grounds_of_minute(0), supplement=given)
    first = await desk.publish(KEY, grounds_of_minute(1))
    again = await desk.publish(KEY, grounds_of_minute(2))
    assert (again.number, again.is_new) == (1, False)
    assert again.published_at == first.published_at
    await desk.add_detail(KEY, 1, "Writes down what was said.", grounds_of_minute(3))
    assert (await book.listing())[0].draft is DraftState.CHANGED
    second = await desk.publish(KEY, grounds_of_minute(4))
    assert (second.number, second.is_new) == (2, True)
    assert (await book.version(KEY, 1)).entry == first.entry
    assert (await book.shelf(KEY)).published == second.model_copy(update={"is_new": False})


async def test_going_back_to_earlier_content_goes_back_to_its_version(desk: CatalogDesk) -> None:
    """Proves: content that was published before is sold under its old number, not a third one."""
    given = supplement(("Asks first.",), ("Shows a plan.",))
    for minute, overview in enumerate(("One.", "Two.", "One.")):
        await desk.import_page(page(overview=overview), grounds_of_minute(minute), supplement=given)
        version = await desk.publish(KEY, grounds_of_minute(minute))
    assert (version.number, version.is_new, version.entry.overview) == (1, False, "One.")


async def test_a_detail_is_added_once(desk: CatalogDesk, records: Database) -> None:
    """Proves: a repeated command adds nothing, and nearly the same detail is refused."""
    await desk.import_page(page(), grounds_of_minute(0))
    await desk.add_detail(KEY, 1, "Asks first.", grounds_of_minute(1))
    assert not (await desk.add_detail(KEY, 1, " Asks first. ", grounds_of_minute(2))).is_changed
    with pytest.raises(DetailRepeated):
        await desk.add_detail(KEY, 1, "ASKS  first", grounds_of_minute(3))
    with pytest.raises(OutcomeUnknown):
        await desk.add_detail(KEY, 3, "Asks first.", grounds_of_minute(4))
    assert len(await kept_actions(records)) == 2


async def test_the_same_title_stands_in_two_libraries(desk: CatalogDesk, book: CatalogBook) -> None:
    """Proves: library and slug are the identity, and one entry does not overwrite the other."""
    await desk.import_page(page(), grounds_of_minute(0))
    await desk.import_page(page().model_copy(update={"library": "missouri"}), grounds_of_minute(1))
    listing = await book.listing()
    assert [(each.library, each.title) for each in listing] == [
        ("general", "Shared Mornings"),
        ("missouri", "Shared Mornings"),
    ]


async def test_what_is_not_there_is_refused(desk: CatalogDesk, book: CatalogBook) -> None:
    """Proves: unknown entries and versions are refusals, also numbers that no column can hold."""
    for ask in (book.shelf(KEY), book.version(KEY, 1), desk.publish(KEY, grounds_of_minute())):
        with pytest.raises(UnknownMicroCredential):
            await ask
    with pytest.raises(UnknownMicroCredential):
        await desk.add_detail(KEY, 1, "Asks first.", grounds_of_minute())
    await desk.import_page(page(), grounds_of_minute())
    for number in (0, 1, -1, 2**31, 10**20):
        with pytest.raises(UnknownVersion):
            await book.version(KEY, number)


@pytest.mark.parametrize(
    "text", ["", "general", "general/", "/x", "a/b/c", "General/Title", "a b/c"]
)
def test_a_text_that_names_no_entry_is_refused(text: str) -> None:
    """Proves: what is not LIBRARY/SLUG is refused before any database is asked."""
    with pytest.raises(KeyNotValid):
        catalog_key(text)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("250.00", 25_000), ("250", 25_000), (" $1.5 ", 150), ("0", 0), ("100000", 10_000_000)],
)
def test_an_amount_of_dollars_is_read_to_the_cent(amount: str, cents: int) -> None:
    """Proves: prices are exact; no binary fraction comes near them."""
    assert cents_of(amount) == cents


@pytest.mark.parametrize(
    "amount", ["", "free", "-1", "1.005", "1,50", "NaN", "Infinity", "1e30", "100000.01"]
)
def test_what_is_no_price_is_refused(amount: str) -> None:
    """Proves: neither a typing error nor a fraction of a cent becomes a price."""
    with pytest.raises(PriceNotValid):
        cents_of(amount)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"library": "general"}', b"\xff\xfe"])
def test_a_details_file_of_another_form_is_refused(data: bytes) -> None:
    """Proves: whatever is in the file, the answer is a refusal that says how to write it."""
    with pytest.raises(SupplementNotValid):
        read_supplement(data)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"\x89PNG\r\n", b"text\0text", b"\xe9t\xe9"]
)
def test_what_is_no_text_is_no_library_page(data: bytes) -> None:
    """Proves: a binary file or another encoding is a problem of the page, not a crash."""
    draft = read_page_file(data, "general")
    assert [problem.code for problem in draft.problems] == [ProblemCode.NOT_A_LIBRARY_PAGE]
    assert draft.outcomes == ()


@pytest.mark.parametrize(
    ("reason", "name"), [("", "operations"), (" \n", "operations"), ("x", " ")]
)
def test_no_reason_no_action(reason: str, name: str) -> None:
    """Proves: nothing can be done at the desk without words and a name."""
    with pytest.raises(ReasonMissing):
        grounds(reason, name, START)


@pytest.mark.parametrize(("reason", "name"), [("a\0b", "x"), ("a" * 2001, "x"), ("a", "x" * 201)])
def test_a_reason_that_no_column_holds_is_refused(reason: str, name: str) -> None:
    """Proves: what the database could not keep is refused before it is asked to."""
    with pytest.raises(ReasonNotPlain):
        grounds(reason, name, START)
