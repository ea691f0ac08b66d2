"""The work that the sample cohort hands in, and the pages that it buys: read from ``samples/``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from cli.cohort_people import MEETINGS, WELCOMING
from domain.catalog import CatalogKey
from domain.catalog_page import CatalogDraft
from domain.catalog_supplement import CatalogSupplement
from domain.values import Value
from office.catalog import read_page_file, read_supplement

SAMPLES: Final = Path(__file__).resolve().parents[1] / "samples"
ROSTER: Final = SAMPLES / "cohort" / "roster.csv"

_TEXTS: Final = TypeAdapter(dict[str, str])


class Pointer(Value):
    """One line of a sample portfolio: the evidence, before its file has an artifact's id."""

    item: str
    file: str
    at: str
    explanation: str


_POINTERS: Final = TypeAdapter(tuple[Pointer, ...])


class SampleWork(Value):
    """Three parts that may be submitted, what an assessor finds missing, and the revision of it."""

    narratives: Mapping[int, dict[str, str]]
    pointers: tuple[Pointer, ...]
    files: tuple[Path, ...]
    feedback: dict[str, str]
    revised: tuple[Pointer, ...]

    @property
    def not_met(self) -> tuple[str, ...]:
        """The items that the feedback is about."""
        return tuple(self.feedback)


_FOLDERS: Final = {MEETINGS: "work", WELCOMING: "work-welcoming"}
"""Where the work for a micro-credential lies; the others of the catalogue have none."""


@cache
def sample_work(key: CatalogKey) -> SampleWork:
    """Return the work that is kept for a micro-credential."""
    folder = SAMPLES / _FOLDERS[key]
    return SampleWork(
        narratives={part: _texts(folder / f"part{part}.json") for part in (1, 3)},
        pointers=_POINTERS.validate_json((folder / "part2.json").read_bytes()),
        files=tuple(sorted((folder / "artifacts").iterdir())),
        feedback=_texts(folder / "feedback.json"),
        revised=_POINTERS.validate_json((folder / "part2-revised.json").read_bytes()),
    )


@cache
def sample_page(key: CatalogKey) -> tuple[CatalogDraft, CatalogSupplement]:
    """Return the page of a micro-credential as it was read, and what staff add to it."""
    page = SAMPLES / "catalog" / f"{key.slug}.txt"
    supplement = page.with_name(f"{key.slug}.details.json")
    return read_page_file(page.read_bytes()), read_supplement(supplement.read_bytes())


def price_of(key: CatalogKey) -> int:
    """Return the cents that a sample micro-credential costs."""
    return sample_page(key)[1].price_cents


def _texts(path: Path) -> dict[str, str]:
    return _TEXTS.validate_json(path.read_bytes())
