"""Page furniture: what a web site puts around the content of every page.

Menus, buttons and footers are known by whole phrases, never by single words inside a line, so that
a title like "Home-School Partnerships" or "Back to Basics" stays a title.
"""

import re

_LISTED = """
    about; about us; accessibility; account; add to bag; add to basket; add to cart; add to
    favorites; add to wishlist; affiliates; apply now; buy; buy now; buy this
    micro-credential; cart; checkout; close; comments; community; contact; contact us; cookie
    policy; courses; create account; disclaimer; donate; download pdf; e-mail this; email
    this; enrol; enrol now; enroll; enroll here; enroll now; enroll today; facebook; faq;
    faqs; follow us; footer; forgot password; get started; help; home; instagram; join; join
    now; join our mailing list; learn more; leave a comment; leave a reply; linkedin; log in;
    log out; login; logout; main menu; main navigation; menu; my account; mylearning;
    navigation; newsletter; next; next page; order form; order now; partners; pdf order form;
    pinterest; presenters; previous; previous page; primary navigation; print; print this
    page; privacy; privacy policy; purchase; purchase now; purchase this micro-credential;
    read more; register; register now; registration; related courses; resources menu; search;
    share; share this; share this page; sidebar; sign in; sign out; sign up; site map;
    sitemap; skip navigation; social media; stay connected; subscribe; support; terms; terms
    and conditions; terms of service; terms of use; toggle navigation; top; tweet; twitter;
    upcoming webinars; view cart; youtube
"""
_BUTTONS = frozenset(" ".join(phrase.split()) for phrase in _LISTED.split(";"))
_ONE_LINERS = re.compile(
    r"""(?:return|back|go\ back|go)\ to\b.{0,80}
        \b(?:librar(?:y|ies)|stacks?|catalog(?:ue)?|homepage|home|top|menu|list|listing|courses
            |micro-?credentials?)$
    |skip\ to\ \w+(?:\ \w+){0,2}$
    |(?:(?:micro-?credential\ )?purchase|buy(?:\ now)?)?\W*(?:printable\ )?(?:pdf\ )?order\ form$
    |(?:micro-?credential\ )?purchase\ steps\W*$
    |how\ to\ (?:purchase|buy|order|enroll)(?:\ (?:a|this|your)\ (?:micro-?credential|course))?\W*$
    |(?:©|\(c\)\ ?(?:19|20)\d\d|copyright\ (?:©|\(c\)|(?:19|20)\d\d)).{0,200}$
    |.{0,150}all\ rights\ reserved\.?$
    |(?:web)?site\ (?:design(?:ed)?\ )?by\ .{1,60}$
    |powered\ by\ .{1,60}$
    |(?:member\ |non-?member\ |regular\ )?(?:price|cost|fee)?\s?:?\s?\$\ ?\d.{0,40}$
    |(?:https?://|www\.)\S+$
    |[^\s@]{1,80}@[^\s@]{1,80}$
    |share\ (?:this\ )?(?:on|via|with)\b.{0,40}$
    |(?:related|similar|other|more)\ micro-?credentials$
    |you\ (?:may|might)\ also\ like.{0,20}$""",
    re.IGNORECASE | re.VERBOSE,
)
_ARROWS = re.compile(r"^[\s<>«»‹›←→↑|•]+|[\s<>«»‹›←→↑|]+$")
_TRAIL = re.compile(r"\S\s+[>»›/→|]\s+\S|\S[»›]\S")


def is_furniture(text: str) -> bool:
    """Say whether a line, its bullet aside, is a menu entry, a button or part of a footer."""
    if len(text) > 250:
        return False
    bare = _ARROWS.sub("", text)
    return bare.casefold() in _BUTTONS or _ONE_LINERS.match(bare) is not None


def is_single_word_furniture(text: str) -> bool:
    """Say whether a line is one word of furniture: it could also end a wrapped sentence."""
    return " " not in text and is_furniture(text)


def is_breadcrumb(text: str) -> bool:
    """Say whether a line is a trail such as "Home > Library > Title"."""
    if text.count("/") and not re.match(r"home\b", text, re.IGNORECASE) and text.count(" / ") < 2:
        return bool(re.search(r"\S\s+[>»›→]\s+\S", text))
    return bool(_TRAIL.search(text))
