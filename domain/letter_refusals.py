"""Why a letter is not written. Each of these is permanent: somebody has to change something.

LetterNotWritable
├── FactsMissing          the records lack what the letter must say
├── TemplateBroken        a template has an error
├── TemplatesMissing      the directory of overriding templates is not there
├── TemplateUnknown       an overriding file overrides nothing
└── TemplateWithoutTwin   of text and HTML, only one is overridden
"""

from domain.refusals import Invalid


class LetterNotWritable(Invalid):
    """A letter cannot be written as things are; trying again changes nothing."""

    code = "letter_not_writable"


class FactsMissing(LetterNotWritable):
    """The records lack something that the letter must say."""

    code = "letter_facts_missing"
    sentence = "A letter of the kind {kind} must say its {names}, and the records do not have it."


class FactsNotValid(LetterNotWritable):
    """A fact is none, such as a link that is no web address."""

    code = "letter_facts_not_valid"
    sentence = "A letter of the kind {kind} cannot say its {names}: the value is not valid."


class TemplateBroken(LetterNotWritable):
    """A template cannot be used; ``problem`` is in words and holds no personal data."""

    code = "template_broken"
    sentence = (
        "The template {template} cannot be used (line {line}): {problem}. Correct it, or take it "
        "out of the templates directory to use the built-in one."
    )


class TemplatesMissing(LetterNotWritable):
    """The directory of templates that override the built-in ones is not there."""

    code = "templates_missing"
    sentence = "The templates directory does not exist. Create it, or name none in the settings."


class TemplateUnknown(LetterNotWritable):
    """A file that would override a template has the name of none, so nobody would notice."""

    code = "template_unknown"
    sentence = "{template} is the name of no template, so it overrides none. Rename or remove it."


class TemplateWithoutTwin(LetterNotWritable):
    """One version of a letter is overridden, the other is not: readers are told two things."""

    code = "template_without_twin"
    sentence = (
        "{template} is overridden and {twin} is not. Add the twin, so that both say the same."
    )
