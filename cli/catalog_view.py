"""How the catalogue looks on a terminal, and as JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.output import (
    print_json,
    print_list,
    print_table,
    say,
    shown_cents,
    shown_instant,
)

if TYPE_CHECKING:
    from adapters.records.catalog_book import (
        CatalogListing,
        DraftChange,
        PublishedVersion,
        Shelf,
    )
    from domain.catalog import CatalogEntry, CatalogKey, Part, Problem
    from domain.catalog_page import CatalogDraft
    from domain.page.draft import DraftPart


def show_draft(draft: "CatalogDraft") -> None:
    """Show what was read from a page, and its problems."""
    _show_head(f"{draft.library}/{draft.slug}", draft.title, draft.overview)
    for number, outcome in enumerate(draft.outcomes, start=1):
        say(f"Outcome {number}: {outcome}")
    _show_parts(draft.parts)
    _show_problems(draft.problems, "Problems")


def show_entry(entry: "CatalogEntry") -> None:
    """Show an entry with its details and terms."""
    _show_head(f"{entry.library}/{entry.slug}", entry.title, entry.overview)
    for number, outcome in enumerate(entry.outcomes, start=1):
        say(f"Outcome {number}: {outcome.text}")
        for detail in outcome.details:
            say(f"  - {detail}")
    _show_parts(entry.parts)
    say()
    terms = (
        ("price", shown_cents(entry.price_cents)),
        ("member price", shown_cents(entry.member_price_cents)),
        ("PD hours", entry.pd_hours),
        ("issuer", entry.issuer),
        ("stack", entry.stack),
    )
    print_table((), terms)


def show_change(change: "DraftChange", as_json: bool) -> None:
    """Say what became of a draft, and what it lacks for being published."""
    from domain.catalog import publication_problems

    entry, problems = change.entry, publication_problems(change.entry)
    if as_json:
        print_json(_record(entry.key, entry, problems=problems) | {"is_changed": change.is_changed})
        return
    details = sum(len(each.details) for each in entry.outcomes)
    what = "was changed" if change.is_changed else "was like this already"
    say(f"The draft of {entry.key} {what}: {len(entry.outcomes)} outcomes, {details} details.")
    _show_problems(problems, "Before it can be published")


def show_publication(version: "PublishedVersion", as_json: bool) -> None:
    """Say under which number a draft is for sale."""
    key = version.entry.key
    if as_json:
        print_json(_version_record(version) | {"is_new": version.is_new})
        return
    same = "" if version.is_new else ", which has this content already"
    say(f"{key} is for sale as version {version.number}{same}.")


def show_listing(listing: "Sequence[CatalogListing]", as_json: bool) -> None:
    """Show one line for each micro-credential."""
    if as_json:
        print_list(listing)
        return
    if not listing:
        say("The catalogue is empty. Import a page with `starter.py catalog import`.")
        return
    rows = [
        (
            f"{each.library}/{each.slug}",
            each.title,
            each.outcomes,
            each.details,
            shown_cents(each.price_cents),
            each.published_version,
            each.draft,
        )
        for each in listing
    ]
    columns = ("micro-credential", "title", "outcomes", "details", "price", "version", "draft")
    print_table(columns, rows)


def show_shelf(key: "CatalogKey", shelf: "Shelf", zone: str, as_json: bool) -> None:
    """Show a draft, what it lacks, and which version is for sale."""
    from domain.catalog import publication_problems

    problems = publication_problems(shelf.draft) if shelf.draft else ()
    if as_json:
        print_json(_record(key, shelf.draft, shelf.published, problems))
        return
    if shelf.draft is not None:
        show_entry(shelf.draft)
    say()
    published = shelf.published
    if published is None:
        say("Not for sale: no version was published.")
    else:
        at = shown_instant(published.published_at, zone)
        differs = "" if published.entry == shelf.draft else " The draft differs from it."
        say(f"For sale: version {published.number}, published {at}.{differs}")
    _show_problems(problems, "Before it can be published")


def show_version(version: "PublishedVersion", zone: str, as_json: bool) -> None:
    """Show one published version."""
    if as_json:
        print_json(_version_record(version))
        return
    show_entry(version.entry)
    say()
    say(f"Version {version.number}, published {shown_instant(version.published_at, zone)}.")


def _record(
    key: "CatalogKey",
    entry: "CatalogEntry | None",
    published: "PublishedVersion | None" = None,
    problems: "Sequence[Problem]" = (),
) -> dict[str, object]:
    return {
        "library": key.library,
        "slug": key.slug,
        "published_version": published.number if published else None,
        "entry": entry.model_dump(mode="json") if entry else None,
        "problems": [problem.model_dump(mode="json") for problem in problems],
    }


def _version_record(version: "PublishedVersion") -> dict[str, object]:
    return {
        "library": version.entry.library,
        "slug": version.entry.slug,
        "version": version.number,
        "published_at": version.published_at.isoformat(),
        "entry": version.entry.model_dump(mode="json"),
    }


def _show_head(key: str, title: str, overview: str) -> None:
    say(f"{title or '(no title)'}  [{key}]")
    say()
    if overview:
        say(overview)
        say()


def _show_parts(parts: "Sequence[Part] | Sequence[DraftPart]") -> None:
    for part in parts:
        words = f" (at least {part.minimum_words:,} words)" if part.minimum_words else ""
        say(f"Part {part.number}: {part.title}{words}")
        for number, question in enumerate(part.questions, start=1):
            say(f"  {number}. {question}")


def _show_problems(problems: "Sequence[Problem]", title: str) -> None:
    if not problems:
        return
    say()
    say(f"{title}:")
    print_table((), [(problem.code, problem.message) for problem in problems])
