"""The catalogue before operations: pages imported, details entered, versions published."""

from pathlib import Path

from adapters.records.catalog_book import CatalogBook
from domain.catalog import CatalogKey, EssentialOutcome, Part
from domain.catalog_changes import ChangeKind, changes_between
from tests.house import ENTRY, House
from tests.portal.pressing import hidden, said
from tests.portal.served import Browser, Portal

SAMPLE = (
    Path(__file__).parents[2] / "samples" / "catalog" / "welcoming-new-teachers.txt"
).read_text()
SLUG = "welcoming-new-teachers"


async def imported(ops: Browser, library: str) -> str:
    """Import the sample page into a library; returns the address of its entry."""
    source = await ops.post("/ops/catalog/import", status=200, library=library, page=SAMPLE)
    carried = hidden(source, '<form class="card next" method="post" action="/ops/catalog/import')
    return await ops.post(
        "/ops/catalog/import/keep", 303, **carried, reason="The page of the library."
    )


async def detailed(ops: Browser, address: str, outcomes: int) -> None:
    """Enter one detail under each outcome."""
    texts = {f"outcome-{number}": f"A dated plan {number}." for number in range(1, outcomes + 1)}
    await ops.post(f"{address}/details", 303, reason="Agreed in May.", **texts)


async def outcomes_of(house: House, library: str) -> tuple[EssentialOutcome, ...]:
    """Return the outcomes of the draft."""
    draft = await CatalogBook(house.database).draft(CatalogKey(library=library, slug=SLUG))
    assert draft is not None
    return draft.outcomes


async def test_a_page_with_problems_is_shown_with_them_and_not_kept(
    portal: Portal, library: str
) -> None:
    """Proves: every problem is said beside the text, which stays to be corrected; what is no page
    says so; nothing comes into the catalogue.
    """
    ops = await portal.operations()
    broken = SAMPLE.replace("1,000", "several")
    source = await ops.post("/ops/catalog/import", status=422, library=library, page=broken)
    assert "Nothing was imported." in ops.text
    assert "Part 1 states no minimum number of words" in ops.text
    assert "several" in source[source.index("<textarea") :]
    await ops.post("/ops/catalog/import", status=422, library=library, page="Hello there.")
    assert "This is not the page of a micro-credential" in ops.text
    await ops.post("/ops/catalog/import", status=422, library=library, page=" ")
    assert "Paste the text of the page" in ops.text
    await ops.post("/ops/catalog/import/keep", status=422, library=library, page=broken, reason="x")
    await ops.get(f"/ops/catalog/{library}/{SLUG}", status=404)


async def test_a_page_is_imported_and_published_when_everything_is_there(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: imported by paste, the entry lacks its details and publishing is refused with the
    checklist; with details for every outcome a version is for sale and can be looked at.
    """
    ops = await portal.operations()
    address = await imported(ops, library)
    assert "The page is the draft now." in await said(ops, address)
    count = len(await outcomes_of(house, library))
    await ops.get(f"{address}/publish")
    assert "Outcome 1 has no details" in ops.text
    assert "cannot be published before" in ops.text
    await ops.post(f"{address}/publish", status=422, reason="Approved.")
    assert "No detail stands under essential outcome" in ops.text
    await detailed(ops, address, count)
    source = await ops.get(f"{address}/publish")
    assert "Outcome 1 has 1 detail." in ops.text
    carried = hidden(source, f'<form class="card" method="post" action="{address}/publish')
    await ops.post(f"{address}/publish", status=422, **carried, reason="")
    assert "No reason is given." in ops.text
    await ops.post(f"{address}/publish", 303, **carried, reason="Approved.")
    assert "Version 1 is for sale." in await said(ops, address)
    assert "Approved." in ops.text
    await ops.get(f"{address}/versions/1")
    assert "This version never changes" in ops.text
    await ops.get(f"{address}/versions/2", status=404)
    await ops.get("/ops/catalog")
    assert "as published" in ops.text


async def test_details_are_corrected_moved_and_removed_as_they_were_seen(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: several details are entered at once or none; each is corrected, moved or removed; a
    page that is out of date changes nothing and shows what was typed (traps 9 and 10).
    """
    ops = await portal.operations()
    address = await imported(ops, library)
    await ops.post(
        f"{address}/details", 303, reason="First.", **{"outcome-1": "One.\nTwo.\n\nThree."}
    )
    bad = {"outcome-1": "Four.\nONE"}
    source = await ops.post(f"{address}/details", status=409, reason="Second.", **bad)
    assert "already has this detail" in ops.text
    assert "Four.\nONE</textarea>" in source
    await ops.post(f"{address}/details", status=422, reason="Nothing.", **{"outcome-1": " "})
    assert await details_of(house, library) == ("One.", "Two.", "Three.")
    change = f"{address}/details/change"
    second = {"outcome": 1, "number": 2, "seen": "Two.", "reason": "Clearer."}
    await ops.post(change, 303, act="save", text="A second one.", **second)
    assert await details_of(house, library) == ("One.", "A second one.", "Three.")
    await ops.post(change, status=409, act="save", text="Not this.", **second)
    assert "does not say any more what you saw" in ops.text
    assert "Not this." in ops.text
    await ops.post(change, status=409, act="remove", **second)
    third = {"outcome": 1, "number": 3, "seen": "Three.", "reason": "Order.", "act": "earlier"}
    await ops.post(change, 303, **third)
    assert await details_of(house, library) == ("One.", "Three.", "A second one.")
    first = {"outcome": 1, "number": 1, "seen": "One.", "reason": "Not needed.", "act": "remove"}
    await ops.post(change, 303, **first)
    assert await details_of(house, library) == ("Three.", "A second one.")
    await ops.get(address)
    assert "Detail removed by Operator" in ops.text


async def details_of(house: House, library: str) -> tuple[str, ...]:
    """Return the details of the first outcome."""
    return (await outcomes_of(house, library))[0].details


async def test_terms_are_set_and_the_difference_is_shown_before_publishing(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a price that is none is refused at its field; terms count from the next version on,
    whose differences are shown; a draft that was changed meanwhile is not published unseen.
    """
    ops = await portal.operations()
    address = await imported(ops, library)
    await detailed(ops, address, len(await outcomes_of(house, library)))
    await ops.post(f"{address}/publish", reason="Approved.")
    source = await ops.get(address)
    carried = hidden(source, f'<form class="card" method="post" action="{address}/terms')
    terms = {"price": "250", "member_price": "free", "pd_hours": "12", "issuer": "", "stack": ""}
    source = await ops.post(f"{address}/terms", status=422, **carried, **terms, reason="Agreed.")
    assert 'id="member_price-wrong"' in source
    assert 'value="free"' in source
    terms["member_price"] = "200.50"
    await ops.post(f"{address}/terms", 303, **carried, **terms, reason="Agreed.")
    await ops.post(f"{address}/terms", 303, **carried, **terms, reason="Agreed.")
    other = {**terms, "price": "99"}
    await ops.post(f"{address}/terms", status=409, **carried, **other, reason="Stale.")
    source = await ops.get(f"{address}/publish")
    for expected in ("Price changed $0.00 $250.00", "Price for members changed $0.00 $200.50"):
        assert expected in ops.text
    seen = hidden(source, f'<form class="card" method="post" action="{address}/publish')
    await ops.post(f"{address}/details", 303, reason="Late.", **{"outcome-1": "A late one."})
    await ops.post(f"{address}/publish", status=409, **seen, reason="Approved.")
    assert "was changed since its page was made" in ops.text
    key = CatalogKey(library=library, slug=SLUG)
    shelf = await CatalogBook(house.database).shelf(key)
    assert shelf.published is not None
    assert shelf.published.number == 1


async def test_importing_again_shows_what_would_be_lost(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a page with another outcome shows that its details go before it replaces anything."""
    ops = await portal.operations()
    address = await imported(ops, library)
    (first, *_) = await outcomes_of(house, library)
    await detailed(ops, address, 1)
    page = SAMPLE.replace(first.text, "Something else entirely.")
    await ops.post("/ops/catalog/import", status=200, library=library, page=page)
    assert "Replace the draft" in ops.text
    assert f"Essential outcome 1 removed {first.text}" in ops.text
    assert (await outcomes_of(house, library))[0] == EssentialOutcome(
        text=first.text, details=("A dated plan 1.",)
    )


async def test_enrollments_are_counted_by_the_version_that_they_keep(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the entry says how many enrollments a version holds; one without a draft says so."""
    await house.enrolled(library)
    ops = await portal.operations()
    await ops.get(f"/ops/catalog/{library}/steady-hands")
    assert "enrollments: 1 open" in ops.text
    assert "There is no draft to change." in ops.text
    await ops.get(f"/ops/catalog/{library}/steady-hands/publish", status=404)
    await ops.get("/ops/catalog/Not/valid", status=422)


def test_every_difference_of_two_entries_is_named() -> None:
    """Proves: what is added, removed, moved or reworded is found, and equal entries differ in
    nothing.
    """
    assert changes_between(ENTRY, ENTRY) == ()
    first, second = ENTRY.outcomes
    turned = first.model_copy(update={"details": first.details[::-1]})
    after = ENTRY.model_copy(
        update={
            "title": "Calm Hands",
            "outcomes": (second, turned, EssentialOutcome(text="Another.", details=("New.",))),
            "parts": (
                Part(number=1, title="Questions", minimum_words=200, questions=("Why?", "When?")),
                ENTRY.parts[1],
            ),
        }
    )
    found = {(each.kind, each.where) for each in changes_between(ENTRY, after)}
    assert found == {
        (ChangeKind.CHANGED, "Title"),
        (ChangeKind.ADDED, "Essential outcome 3"),
        (ChangeKind.MOVED, "Essential outcome 1"),
        (ChangeKind.MOVED, "Outcome 2, detail 1"),
        (ChangeKind.ADDED, "Outcome 3, detail 1"),
        (ChangeKind.CHANGED, "Part 1, minimum of words"),
        (ChangeKind.REMOVED, "Part 1, question 1"),
        (ChangeKind.ADDED, "Part 1, question 2"),
        (ChangeKind.REMOVED, "Part 3"),
    }
