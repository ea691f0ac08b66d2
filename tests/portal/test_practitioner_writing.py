"""Parts 1 and 3 without scripts: saving, checking, earlier versions, and two tabs (traps 9, 10)."""

import re
from html import unescape

from adapters.records.draft_versions import DraftVersions
from domain.enrollment import Stage
from domain.submission import MOST_CHARACTERS
from tests.house import NARRATIVE, House
from tests.portal.served import Browser, Portal
from tests.workflows import stages


def hidden(source: str, name: str) -> int:
    """Return a number that a page carries in a hidden field."""
    found = re.search(rf'name="{name}" value="(\d+)"', source)
    assert found is not None
    return int(found[1])


def shown(source: str, item: str, prefix: str = "text:") -> str:
    """Return what stands in the field of an item."""
    found = re.search(rf'name="{prefix}{item}"[^>]*>\n(.*?)</textarea>', source, re.DOTALL)
    assert found is not None
    return unescape(found[1])


async def save(browser: Browser, page: str, version: int, status: int = 303, **more: object) -> str:
    """Send the editor's form with a version; answers by their short names."""
    fields = {name.replace("_", "/"): text for name, text in more.items() if "_" in name}
    then = {name: text for name, text in more.items() if "_" not in name}
    texts = {f"text:{item}": text for item, text in fields.items()}
    return await browser.post(page, status, round=1, version=version, **texts, **then)


async def test_writing_saving_and_checking_without_scripts(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the page's own buttons save, count by the server's rule, and lead from each finding
    to the very field.
    """
    enrollment_id = await house.working(library)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/1"
    source = await browser.get(page)
    assert "How?" in browser.text
    assert "A word is a run of letters" in browser.text
    text = "Four words \u2014 and a dash;\r\nnothing <b>else</b>."
    version = hidden(source, "version")
    assert await save(browser, page, version, question_1=text, question_2="") == page
    source = await browser.get(page)
    assert "Saved. Part 1: 7 words." in browser.text
    assert shown(source, "question/1") == text.replace("\r\n", "\n")
    assert "7 words, at least 100" in browser.text

    assert await save(browser, page, 1, question_1=text, then="check") == f"{page}/check"
    source = await browser.get(f"{page}/check")
    assert f'href="{page}#question-2"' in source
    assert "Question 2 has no answer yet" in browser.text
    assert "Part 1 has 7 words; it needs at least 100" in browser.text
    source = await browser.get(page)
    assert 'id="question-2"' in source


async def test_a_name_in_the_text_is_warned_about_apart(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a warning about identity names the question in words, links to it, blocks nothing."""
    enrollment_id = await house.working(library)
    learner = await house.learner_of(enrollment_id)
    texts = {"question/1": f"{NARRATIVE} {learner.name}", "question/2": NARRATIVE}
    await house.practitioner.answer(enrollment_id, 1, texts)
    browser = await portal.practitioner(enrollment_id)
    source = await browser.get(f"/my/{enrollment_id}/parts/1/check")
    assert "Nothing keeps this part from being submitted" in browser.text
    assert "shows in the text of Question 1" in browser.text
    assert f"/my/{enrollment_id}/parts/1#question-1" in source


async def test_what_cannot_be_kept_is_said_beside_its_field(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a text that is too long or hides something is refused at its field, with its code's
    sentence; every text that was sent is still in the page, and nothing was written.
    """
    enrollment_id = await house.working(library)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/1"
    long = "x" * (MOST_CHARACTERS + 1)
    for bad, sentence in ((long, "too long"), ("hid\u202eden", "hidden control character")):
        source = await save(browser, page, 0, 422, question_1=bad, question_2="Kept in the page.")
        assert re.search(rf'id="question-1-wrong"[^>]*>[^<]*{sentence}', source)
        assert shown(source, "question/2") == "Kept in the page."
        assert shown(source, "question/1") == bad
    assert (await house.parts.draft(enrollment_id, 1)).version == 0


async def test_trap_9_two_tabs_without_scripts(house: House, portal: Portal, library: str) -> None:
    """Proves: the second of two tabs is refused with both texts on the page; the one that decides
    keeps its own, takes the other, or saves what was edited together, and the text that gave way
    is among the versions.
    """
    enrollment_id = await house.working(library)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/1"
    first = "From the first tab, with more words than could be typed again by heart."
    await save(browser, page, 0, question_1=first)
    source = await save(browser, page, 0, 409, question_1="From the second tab.")
    assert first in browser.text
    assert "From the second tab." in browser.text
    assert (await house.parts.draft(enrollment_id, 1)).answers["question/1"] == first

    newest = hidden(source, "version")
    choose = f"{page}/choose"
    await browser.post(choose, 303, round=1, version=newest, choice="other")
    assert (await house.parts.draft(enrollment_id, 1)).version == 1
    both = shown(source, "question/1", "together:")
    assert both == f"From the second tab.\n\n{first}"
    fields = {"together:question/1": both, "mine:question/1": "From the second tab."}
    await browser.post(choose, 303, round=1, version=newest, choice="together", **fields)
    assert (await house.parts.draft(enrollment_id, 1)).answers["question/1"] == both
    await browser.post(choose, 409, round=1, version=newest, choice="mine", **fields)
    await browser.post(choose, 303, round=1, version=2, choice="mine", **fields)
    draft = await house.parts.draft(enrollment_id, 1)
    assert (draft.answers["question/1"], draft.version) == ("From the second tab.", 3)
    kept = await DraftVersions(house.database).version(enrollment_id, 1, 1, 2)
    assert kept.draft.answers["question/1"] == both


async def test_trap_10_a_write_names_its_record_round_and_version(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a form from round 1 does not land in round 2, even with a version that fits; nor one
    for somebody else's enrollment, for a locked question, or for a question of another part.
    """
    placed = await stages.judged(house, library, ("question/2", "reflection"))
    own, page = placed.enrollment_id, f"/my/{placed.enrollment_id}/parts/1"
    other = await house.working(f"{library}-other")
    browser = await portal.practitioner(own)
    await browser.get(page)
    await save(browser, page, 0, 409, question_2="Of the round before.")
    assert "round 1, but round 2 is open" in browser.text
    fields = {"round": 2, "version": 0}
    await browser.post(page, 409, **fields, **{"text:question/1": "Locked."})
    assert "was met in round 1 and is locked" in browser.text
    await browser.post(page, 422, **fields, **{"text:reflection": "Of part 3."})
    await browser.post(f"/my/{other}/parts/1", 404, **fields, **{"text:question/2": "Theirs."})
    await browser.post(page, 422, round=2, version=-1)
    for enrollment_id in (own, other):
        assert (await house.parts.draft(enrollment_id, 1)).version == 0
    await browser.post(page, 303, **fields, **{"text:question/2": "Of this round."})
    assert (await house.parts.draft(own, 1)).answers == {"question/2": "Of this round."}


async def test_earlier_versions_are_listed_shown_and_put_back(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a text that was deleted is found and put back as a new version, from the page that
    showed it; what stood there then is kept as well. A stale press puts nothing back.
    """
    enrollment_id = await house.working(library)
    browser, page = await portal.practitioner(enrollment_id), f"/my/{enrollment_id}/parts/1"
    paragraph = "A paragraph that nobody wants to write a second time, ever."
    await save(browser, page, 0, question_1=paragraph)
    await save(browser, page, 1, question_1="Gone.")
    await browser.get(f"{page}/versions")
    assert "2 kept, newest first" in browser.text
    source = await browser.get(f"{page}/versions/1")
    assert paragraph in browser.text
    assert "differs from now" in browser.text
    version = hidden(source, "version")
    back = f"{page}/versions/1/put-back"
    await browser.post(back, 303, round=1, version=version - 1)
    await browser.get(f"{page}/versions/1")
    assert "Nothing was put back" in browser.text
    assert await browser.post(back, 303, round=1, version=version) == page
    draft = await house.parts.draft(enrollment_id, 1)
    assert (draft.answers["question/1"], draft.version) == (paragraph, 3)
    await browser.get(f"{page}/versions/2")
    assert "Gone." in browser.text
    await browser.get(f"{page}/versions/9", status=404)


async def test_evidence_has_versions_too(house: House, portal: Portal, library: str) -> None:
    """Proves: what was pointed at stands in an earlier version in words, and can be put back."""
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 2)
    full = await house.parts.draft(enrollment_id, 2)
    await house.practitioner.clear_evidence(enrollment_id, "detail/1.1")
    browser = await portal.practitioner(enrollment_id)
    page = f"/my/{enrollment_id}/parts/2"
    await browser.get(f"{page}/versions/{full.version}")
    assert "plan.pdf, page 1 The plan is on this page." in browser.text
    back = f"{page}/versions/{full.version}/put-back"
    await browser.post(back, 303, round=1, version=full.version + 1)
    assert (await house.parts.draft(enrollment_id, 2)).evidence == full.evidence


async def test_a_later_round_shows_the_earlier_text_and_what_was_said(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what is open again stands beside its earlier text and its feedback; what was met is
    locked with its round and time, counts, and names no assessor.
    """
    placed = await stages.judged(house, library, ("question/2",))
    await house.until_stage(placed.enrollment_id, Stage.REVISING)
    browser = await portal.practitioner(placed.enrollment_id)
    source = await browser.get(f"/my/{placed.enrollment_id}/parts/1")
    assert "An assessor said in round 1 not met yet Show the log of a whole week." in browser.text
    assert "Your earlier text word word" in browser.text
    assert "Locked: met in round 1" in browser.text
    assert "120 words, at least 100" in browser.text
    assert 'name="text:question/1"' not in source
    assert placed.assessor.name not in source
    await browser.get(f"/my/{placed.enrollment_id}/parts/3")
    assert "Everything in this part is met and locked" in browser.text
