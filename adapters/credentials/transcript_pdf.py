"""The transcript on paper: PDF/A-3b and PDF/UA-1, with the signed transcript attached.

It is drawn from the signed badges themselves, so it never says something else than what can be
checked. The same transcript gives the same bytes on the same fonts.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.credentials.certificate_pdf import Dated
from adapters.credentials.typesetting import Typeface, set_pdf
from domain.credential_reading import instant_at, object_at, text_at, what_it_says
from domain.letters import spoken_instant
from domain.values import JsonObject, Value
from domain.verification import WhatItSays


class AwardOnPaper(Value):
    """One award of the list."""

    title: str
    facts: str
    outcomes: tuple[str, ...]
    address: str
    address_shown: str


class TranscriptOnPaper(Value):
    """All that stands on the paper, in words."""

    file_title: str
    programme: str
    name: str
    summary: str
    number: str
    awards: tuple[AwardOnPaper, ...]
    dated: Dated
    has_gaps: bool = False


def transcript_pdf(
    signed: bytes, badges: Sequence[JsonObject], programme: str, zone: ZoneInfo
) -> bytes:
    """Return the paper of a signed transcript of these badges. Blocks for tens of milliseconds."""
    document: JsonObject = json.loads(signed)
    made_at = instant_at(document, "validFrom") or datetime.now(UTC)
    paper = _paper(document, badges, programme, made_at, zone)
    typeface = Typeface.for_words(_words(paper))
    return set_pdf(
        "transcript.typ",
        _shown(paper, typeface).model_dump_json(),
        typeface,
        dated=made_at,
        attached=signed.decode(),
    )


def _paper(
    document: JsonObject,
    badges: Sequence[JsonObject],
    programme: str,
    made_at: datetime,
    zone: ZoneInfo,
) -> TranscriptOnPaper:
    said = [what_it_says(each) for each in badges]
    name = text_at(
        object_at(object_at(document, "credentialSubject"), "identifier"), "identityHash"
    )
    total = sum(each.credits or 0 for each in said)
    count = "1 micro-credential" if len(said) == 1 else f"{len(said)} micro-credentials"
    hours = f", {_hours(total)} of professional development" if total else ""
    at = made_at.astimezone(UTC)
    title = f"Transcript of {name}"
    return TranscriptOnPaper(
        file_title="".join(letter if letter.isprintable() else " " for letter in title),
        programme=programme,
        name=name,
        summary=f"{count}{hours}. As of {spoken_instant(made_at, zone)}.",
        number=text_at(document, "id"),
        awards=tuple(_award(each, zone) for each in said),
        dated=Dated(
            year=at.year,
            month=at.month,
            day=at.day,
            hour=at.hour,
            minute=at.minute,
            second=at.second,
        ),
    )


def _award(says: WhatItSays, zone: ZoneInfo) -> AwardOnPaper:
    facts = [f"Issued by {says.issuer_name}"]
    if says.awarded_at:
        facts.append(f"awarded {spoken_instant(says.awarded_at, zone)}")
    if says.expires_at:
        facts.append(f"valid until {spoken_instant(says.expires_at, zone)}")
    if says.credits:
        facts.append(_hours(says.credits))
    return AwardOnPaper(
        title=says.title,
        facts=" · ".join(facts),
        # The overall result is no outcome: it has no level that must be reached.
        outcomes=tuple(each.text for each in says.outcomes if each.is_met and each.value == "Met"),
        address=says.id,
        address_shown=says.id,
    )


def _hours(count: float) -> str:
    return f"{count:g} hour" if count == 1 else f"{count:g} hours"


def _words(paper: TranscriptOnPaper) -> tuple[str, ...]:
    of_awards = (word for each in paper.awards for word in (each.title, each.facts, *each.outcomes))
    return (paper.name, paper.programme, paper.summary, *of_awards)


def _shown(paper: TranscriptOnPaper, typeface: Typeface) -> TranscriptOnPaper:
    """Return the paper with every word as it can be set; addresses stay what links lead to."""
    shown = typeface.printable
    awards = tuple(
        AwardOnPaper(
            title=shown(each.title),
            facts=shown(each.facts),
            outcomes=tuple(map(shown, each.outcomes)),
            address=each.address,
            address_shown=shown(each.address_shown),
        )
        for each in paper.awards
    )
    changed = {
        "programme": shown(paper.programme),
        "name": shown(paper.name),
        "summary": shown(paper.summary),
        "awards": awards,
        "has_gaps": typeface.has_gaps,
    }
    return paper.model_copy(update=changed)
