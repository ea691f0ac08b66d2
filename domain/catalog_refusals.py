"""What the catalogue says no to. The codes of those about publishing are problem codes too."""

from domain.refusals import Conflict, Invalid, NotFound


class PartUnknown(NotFound):
    """The entry has no part of this number."""

    code = "part_unknown"
    sentence = "This micro-credential has no part {number}. Choose one of its own parts."


class OutcomeUnknown(NotFound):
    """The entry has no essential outcome of this number."""

    code = "outcome_unknown"
    sentence = "There is no essential outcome {number}; this entry has {count}. Name one of those."


class DetailEmpty(Invalid):
    """A detail has to say something that can be scored."""

    code = "detail_empty"
    sentence = "The detail for outcome {number} says nothing. Enter what is to be scored."


class DetailTooLong(Invalid):
    """A detail is one thing to be scored, not a chapter."""

    code = "detail_too_long"
    sentence = "The detail has {length} characters, {limit} are allowed. Shorten or divide it."


class DetailNotPlain(Invalid):
    """Control characters would show differently to different readers."""

    code = "detail_not_plain"
    sentence = "The detail for outcome {number} holds control characters. Enter it as plain text."


class DetailRepeated(Conflict):
    """The same detail twice under one outcome would be scored twice."""

    code = "detail_repeated"
    sentence = "Outcome {number} already has this detail. Enter a different one."


class TooManyDetails(Invalid):
    """An outcome holds so many details that no assessor could score them."""

    code = "too_many_details"
    sentence = "Outcome {number} already has {limit} details. Remove one before adding another."


class OutcomeWithoutDetail(Invalid):
    """Nothing can be scored under an outcome without details (domain.md, "Catalogue")."""

    code = "outcome_without_detail"
    sentence = "No detail stands under essential outcome {numbers}. Enter at least one for each."


class EntryWithoutOutcomes(Invalid):
    """A micro-credential without essential outcomes certifies nothing."""

    code = "outcomes_missing"
    sentence = "This entry has no essential outcomes. Enter them before it is published."


class EntryWithoutQuestions(Invalid):
    """Part 1 consists of questions."""

    code = "questions_missing"
    sentence = "Part 1 of this entry has no questions. Enter them before it is published."


class EntryWithoutPart(Invalid):
    """A submission consists of three parts."""

    code = "part_missing"
    sentence = "Part {numbers} of this entry is missing. Enter it before it is published."


class EntryWithoutWordRule(Invalid):
    """A narrative without a minimum could not be checked."""

    code = "minimum_words_missing"
    sentence = "No minimum of words is set for part {numbers}. Set it before this is published."


class EntryWithoutOverview(Invalid):
    """Nobody can choose what is not described."""

    code = "overview_missing"
    sentence = "This entry has no overview. Enter it before it is published."
