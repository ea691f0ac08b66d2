"""Every letter that can be written, with invented facts: for checks, previews and tests."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.mail.letters import BUILT_IN, LetterWriter
from domain.letter_refusals import LetterNotWritable, TemplateUnknown, TemplateWithoutTwin
from domain.letters import (
    NEEDED_FACTS,
    DigestLine,
    DueText,
    FeedbackLine,
    Letter,
    LetterFacts,
    OrderLineText,
    ReceiptLine,
)
from domain.notices import NoticeKind

_VERSIONS: Final = (".txt", ".html")

_ALL_FACTS: Final = LetterFacts(
    programme_name="School Leader Micro-Credentials",
    support_address="support@example.org",
    recipient_name="Alex Example",
    micro_credential="Listening to Families",
    library="General",
    enrollment_number="e3kq7m2xw5ab",
    due=DueText(
        text="Wed 28 May 2025, 17:00 CDT",
        why="Fri 23 May 16:10 + 2 business days, Mon 26 May is Memorial Day: due Wed 28 May 17:00",
    ),
    link="https://laurel.example.org/open?sample=1&of=2",
    part=2,
    round=1,
    rounds_left=2,
    ordinal=1,
    receipt=(ReceiptLine(name="interview notes.pdf", size=1_482_233, sha256="5e" * 32),),
    feedback=(
        FeedbackLine(
            item_label="Detail 1.2",
            mark="not_met",
            feedback="The notes show what was asked.\n\nPlease add what families answered.",
        ),
        FeedbackLine(item_label="Detail 2.1", mark="unscorable", feedback="There is no sound."),
    ),
    locked=7,
    order_lines=(
        OrderLineText(
            number=1,
            learner="Robin Example",
            micro_credential="Listening to Families",
            outcome="ordered",
        ),
    ),
    reason="The files could not be opened on two computers.",
    code="48213907",
    other_address="a…@school.example.org",
    digest=(DigestLine(label="access late", count=2), DigestLine(label="mail refused", count=1)),
)

_ALWAYS: Final = frozenset({"programme_name", "support_address"})


def sample_facts(kind: NoticeKind) -> tuple[LetterFacts, LetterFacts]:
    """Return invented facts for a letter of ``kind``: all there can be, and as few as it needs."""
    named = NEEDED_FACTS[kind] | _ALWAYS
    fewest = {name: getattr(_ALL_FACTS, name) for name in named}
    return _ALL_FACTS, LetterFacts.model_validate(fewest)


def sample_letters(writer: LetterWriter, *kinds: NoticeKind) -> Iterator[tuple[NoticeKind, Letter]]:
    """Yield letters of each kind (or of ``kinds``), written from the sample facts."""
    for kind in kinds or tuple(NoticeKind):
        for facts in sample_facts(kind):
            yield (
                kind,
                writer.write(
                    kind,
                    facts,
                    to_address="alex@school.example.org",
                    message_id=f"<n.{kind}@example.org>",
                    date=datetime(2025, 5, 23, 21, 10, tzinfo=UTC),
                ),
            )


def template_problems(overrides: Path | None, sender: str) -> tuple[LetterNotWritable, ...]:
    """Return everything that is wrong with the templates of an installation.

    Asked at the start and by ``starter.py check``: a template that is broken would otherwise be
    found by the first notice that needs it.
    """
    writer = LetterWriter(overrides, sender)
    found: list[LetterNotWritable] = list(_misplaced(overrides)) if overrides else []
    for kind in NoticeKind:
        try:
            for _ in sample_letters(writer, kind):
                pass
        except LetterNotWritable as problem:
            found.append(problem)
    return tuple(found)


def _misplaced(overrides: Path) -> Iterator[LetterNotWritable]:
    """Yield what nobody would notice. Names with “_” are layouts and parts, of which any may be."""
    built_in = {path.name for path in BUILT_IN.iterdir()}
    given = {path.name for path in overrides.iterdir()}
    for name in sorted(name for name in given if not name.startswith(("_", "."))):
        if name not in built_in:
            yield TemplateUnknown(template=name)
            continue
        (twin,) = {Path(name).with_suffix(suffix).name for suffix in _VERSIONS} - {name}
        if twin not in given:
            yield TemplateWithoutTwin(template=name, twin=twin)
