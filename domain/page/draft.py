"""What the importer hands over: a draft entry, as it was found, with every problem seen.

A draft has no limits on its texts, because nothing that stood on the page may be lost on the way;
the limits of the catalogue apply when it becomes an entry.
"""

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.catalog import CatalogEntry, EssentialOutcome, Part, Problem, ProblemCode
from domain.refusals import Invalid


class _Found(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DraftPart(_Found):
    """A part as the page shows it; ``minimum_words`` is None where the page states none."""

    number: int
    title: str
    minimum_words: int | None = None
    questions: tuple[str, ...] = ()


class CatalogDraft(_Found):
    """An entry as far as one page tells it. Its JSON form is what ``catalogue`` commands print."""

    library: str
    slug: str = ""
    title: str = ""
    overview: str = ""
    outcomes: tuple[str, ...] = ()
    parts: tuple[DraftPart, ...] = ()
    problems: tuple[Problem, ...] = ()


class PageReading(_Found):
    """The result of reading one page. ``library_is_guessed`` is True where nobody named it."""

    draft: CatalogDraft
    library_is_guessed: bool = False


class DraftNotUsable(Invalid):
    """The draft lacks what identifies an entry, or breaks a limit of the catalogue."""

    code = "draft_not_usable"
    sentence = "The draft cannot become an entry: {fields} must be corrected first."


class PageNotUsable(Invalid):
    """What was read is no page of a library, so there is nothing to correct in it."""

    code = "page_not_usable"
    sentence = "This is not a page of a library ({problem}). Choose the page of a micro-credential."


_HOPELESS = (ProblemCode.NOT_A_LIBRARY_PAGE, ProblemCode.PAGE_TOO_LARGE)


def entry_of(draft: CatalogDraft) -> CatalogEntry:
    """Return the unpublished entry that ``draft`` describes, details still to be entered.

    Refuses what is no library page, and what breaks a limit; other problems travel no further,
    because publishing checks the entry again.
    """
    for problem in draft.problems:
        if problem.code in _HOPELESS:
            raise PageNotUsable(problem=problem.code.value)
    try:
        return CatalogEntry(
            library=draft.library,
            slug=draft.slug,
            title=draft.title,
            overview=draft.overview,
            outcomes=tuple(EssentialOutcome(text=text) for text in draft.outcomes),
            parts=tuple(Part(**dict(part)) for part in draft.parts),
        )
    except ValidationError as invalid:
        fields = sorted({str(error["loc"][0]) for error in invalid.errors() if error["loc"]})
        raise DraftNotUsable(fields=", ".join(fields) or "parts") from invalid
