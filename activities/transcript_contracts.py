"""What making a transcript says to the engine: identifiers alone."""

from domain.values import Contract


class TranscriptRef(Contract):
    """Whose transcript is to be made, as their credentials stand when that happens."""

    person_id: str


class TranscriptMade(Contract):
    """The transcript that holds now."""

    transcript_id: str
