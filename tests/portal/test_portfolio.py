"""Part 2 as a browser without scripts has it: files, evidence, what is refused, what is locked."""

import hashlib
import re
from dataclasses import dataclass

import pytest

from adapters.records.portfolio_views import PortfolioViews
from domain.answers import Seen
from domain.enrollment import Stage
from domain.evidence import Evidence
from domain.evidence_fields import piece_ref
from domain.locators import Page, PageRange
from domain.submission import Draft
from office.portfolio import PortfolioDesk
from portal.site import now
from tests import artifacts
from tests.house import AGREED, House
from tests.portal.served import Browser, Portal
from tests.portal.statements import counted_statements
from tests.workflows.stages import judged

ITEM = "detail/1.1"


@dataclass
class Work:
    """A practitioner before part 2, with a file of three pages in it."""

    house: House
    browser: Browser
    enrollment_id: str
    file: str

    @property
    def address(self) -> str:
        """Address of the page."""
        return f"/my/{self.enrollment_id}/parts/2"

    async def draft(self) -> Draft:
        """Return the draft as it is kept."""
        return await self.house.parts.draft(self.enrollment_id, 2)

    async def pieces(self, item: str = ITEM) -> tuple[Evidence, ...]:
        """Return the evidence for a detail."""
        return (await self.draft()).evidence.get(item, ())

    async def put(self, status: int = 303, **changed: object) -> str:
        """Send the form of a piece of evidence, based on what stands now unless said otherwise."""
        fields = {
            "item": ITEM,
            "file": self.file,
            "first": "2",
            "last": "",
            "explanation": "It shows the plan.",
            "piece": "",
            "round": 1,
            "version": (await self.draft()).version,
        }
        return await self.browser.post(
            f"{self.address}/evidence", status=status, **{**fields, **changed}
        )


@pytest.fixture
async def work(house: House, portal: Portal, library: str) -> Work:
    """A practitioner who has access, and one usable file."""
    enrollment_id = await house.working(library)
    browser = await portal.practitioner(enrollment_id)
    return Work(house, browser, enrollment_id, await house.artifact(enrollment_id))


async def upload(work: Work, *files: tuple[str, bytes], status: int = 303) -> str:
    """Send files with the plain form of the page."""
    source = await work.browser.get(work.address)
    (action,) = re.findall(r'action="([^"]+/files\?[^"]+)"', source)
    answer = await work.browser.client.post(
        action, files=[("files", (name, content)) for name, content in files]
    )
    assert answer.status_code == status, answer.text
    work.browser.last = answer
    return str(answer.headers.get("location", answer.text))


async def test_every_detail_stands_against_its_evidence(work: Work) -> None:
    """Proves: outcomes, details, places and files are on the page, and what is missing is said."""
    await work.put()
    await work.browser.get(work.address)

    text = work.browser.text
    for expected in ("Plan the week.", "A written plan.", "Keep the plan.", "plan.pdf", "page 2"):
        assert expected in text
    assert "It shows the plan." in text
    assert "1 of 3 details have evidence" in text
    assert text.count("no evidence yet") == 4  # two details, each in the table and below
    assert "a PDF, 3 pages" in text
    assert "Evidence for Detail 1.1" in text


async def test_looking_changes_nothing_and_costs_a_bounded_number_of_queries(
    house: House, work: Work
) -> None:
    """Proves: a page of part 2 writes nothing (trap 10), and thirty pieces of evidence cost as many
    statements as none.
    """
    views = PortfolioViews(house.database)
    with counted_statements(house.database) as empty:
        await views.portfolio(work.enrollment_id, now())
    for number in range(30):
        await work.house.practitioner.point_at(
            work.enrollment_id, ITEM, work.file, Page(number=1), f"Piece {number}"
        )
    before = await work.draft()
    with counted_statements(house.database) as full:
        view = await views.portfolio(work.enrollment_id, now())
    await work.browser.get(work.address)
    await work.browser.get(f"{work.address}/evidence?item={ITEM}&file={work.file}")

    assert len(view.details[0].pieces) == 30
    assert len(full) == len(empty) <= 9
    assert all(statement.lstrip().upper().startswith("SELECT") for statement in full)
    assert await work.draft() == before


async def test_several_files_come_with_one_plain_form(work: Work) -> None:
    """Proves: without scripts files are uploaded, kept with their own bytes, and said what they
    are: one that is damaged with what to do about it.
    """
    pdf, cut = artifacts.pdf(7), artifacts.pdf(5)[:300]
    assert await upload(work, ("Plän „2“.pdf", pdf), ("cut.pdf", cut)) == f"{work.address}#files"
    await work.browser.get(work.address)

    kept = {a.name: a.stored.sha256 for a in await work.house.parts.artifacts(work.enrollment_id)}
    assert kept["Plän „2“.pdf"] == hashlib.sha256(pdf).hexdigest()
    assert kept["cut.pdf"] == hashlib.sha256(cut).hexdigest()
    assert "2 files are here." in work.browser.text
    assert "a PDF, 7 pages" in work.browser.text
    assert "The end of this file is missing" in work.browser.text


async def test_the_form_without_a_file_says_so(work: Work) -> None:
    """Proves: an empty form does nothing and says it."""
    await upload(work, ("", b""))
    await work.browser.get(work.address)

    assert "No file was chosen." in work.browser.text
    assert len(await work.house.parts.artifacts(work.enrollment_id)) == 1


async def test_a_form_with_files_needs_its_token_in_the_address(work: Work) -> None:
    """Proves: nobody looks for the token inside of a body that may be two GiB."""
    answer = await work.browser.client.post(
        f"{work.address}/files",
        data={"form_token": work.browser.token},
        files={"files": ("a.pdf", artifacts.pdf(1))},
    )

    assert answer.status_code == 403
    assert len(await work.house.parts.artifacts(work.enrollment_id)) == 1


async def test_a_piece_is_added_changed_and_removed(work: Work) -> None:
    """Proves: the form of a piece knows the file, and each act changes that one piece."""
    await work.browser.get(f"{work.address}/evidence?item={ITEM}")
    assert "plan.pdf" in work.browser.text
    source = await work.browser.get(f"{work.address}/evidence?item={ITEM}&file={work.file}")
    assert re.search(r'name="first"[^>]* max="3"', source)
    assert await work.put(explanation="First") == f"{work.address}#detail-1.1"
    await work.put(explanation="Second", first="1", last="3")
    first, second = await work.pieces()
    assert second.locator == PageRange(first=1, last=3)

    source = await work.browser.get(f"{work.address}/evidence?item={ITEM}&piece={piece_ref(first)}")
    assert "First" in source
    await work.put(explanation="First, better", piece=piece_ref(first))
    assert [each.explanation for each in await work.pieces()] == ["First, better", "Second"]
    await work.browser.post(
        f"{work.address}/evidence/remove",
        item=ITEM,
        piece=piece_ref(second),
        round=1,
        version=(await work.draft()).version,
    )
    assert [each.explanation for each in await work.pieces()] == ["First, better"]


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("4", "", "The file has 3 pages; page 4 does not exist."),
        ("1", "9", "The file has 3 pages; page 9 does not exist."),
        ("3", "2", "ends before it begins"),
        ("", "", "Say where to look in this file."),
        ("second", "", "was not understood"),
    ],
)
async def test_a_place_outside_of_the_file_is_refused_beside_its_field(
    work: Work, first: str, last: str, sentence: str
) -> None:
    """Proves: the server itself compares a place with the file: nothing is written, the sentence
    stands in the form, and what was written is still in it.
    """
    source = await work.put(status=422, first=first, last=last, explanation="My long text")

    assert sentence in work.browser.text
    assert 'aria-invalid="true"' in source
    assert "My long text" in source
    assert await work.pieces() == ()


async def test_of_two_windows_the_second_is_refused_and_both_texts_are_shown(work: Work) -> None:
    """Proves: a write that is based on an older version changes nothing (trap 9); both texts are on
    the page, and what is kept then is what was chosen.
    """
    await work.put(explanation="As it was")
    (before,) = await work.pieces()
    seen = (await work.draft()).version
    await work.put(explanation="From the other window", piece=piece_ref(before))
    source = await work.put(
        status=409, explanation="From this window", piece=piece_ref(before), version=seen
    )
    assert "From the other window" in source
    assert "From this window" in source
    assert [each.explanation for each in await work.pieces()] == ["From the other window"]

    fields = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', source))
    assert fields["piece"] == ""  # the piece that this window changed is not there any more
    await work.put(**{name: fields[name] for name in ("explanation", "piece", "version")})
    both = [each.explanation for each in await work.pieces()]
    assert both == ["From the other window", "From this window"]


async def test_a_write_never_lands_on_another_piece(work: Work) -> None:
    """Proves: a piece is named by what it says, not by its place in the list (trap 10): changing or
    removing one that is gone touches none of the others, in whichever round it was seen.
    """
    for text in ("One", "Two", "Three"):
        await work.put(explanation=text)
    one = (await work.pieces())[0]
    version = (await work.draft()).version
    desk = PortfolioDesk(work.house.parts)
    await desk.remove(
        work.enrollment_id, Seen(part=2, round=1, version=version), ITEM, piece_ref(one)
    )

    assert "Changed" in await work.put(status=409, explanation="Changed", piece=piece_ref(one))
    await work.put(status=409, explanation="Other round", round=2)
    await work.browser.post(
        f"{work.address}/evidence/remove",
        item=ITEM,
        piece=piece_ref(one),
        round=1,
        version=(await work.draft()).version,
    )
    assert [each.explanation for each in await work.pieces()] == ["Two", "Three"]


async def test_the_script_may_repeat_a_write_whose_answer_was_lost(work: Work) -> None:
    """Proves: the same write twice is one piece at one version, and a stale one is refused with the
    code that scripts know.
    """
    sent = {
        "round": 1,
        "version": 0,
        "item": ITEM,
        "piece": "",
        "file": work.file,
        "first": "2",
        "last": "",
        "explanation": "Once",
    }
    first = await work.browser.send("PUT", f"{work.address}/evidence", sent)
    again = await work.browser.send("PUT", f"{work.address}/evidence", sent)
    assert (first["version"], first["piece"]) == (again["version"], again["piece"])
    assert len(await work.pieces()) == 1

    stale = {**sent, "explanation": "Stale"}
    refused = await work.browser.send("PUT", f"{work.address}/evidence", stale, status=409)
    assert refused["code"] == "stale_version"
    outside = {**sent, "version": first["version"], "first": "9"}
    refused = await work.browser.send("PUT", f"{work.address}/evidence", outside, status=422)
    assert refused["code"] == "place_outside"


async def test_files_and_evidence_of_somebody_else_do_not_exist(
    house: House, portal: Portal, library: str, work: Work
) -> None:
    """Proves: neither a file's bytes nor a piece that points into it can be had across
    enrollments.
    """
    theirs = await house.artifact(await house.working(library))
    own, foreign = (f"/my/{work.enrollment_id}/files/{each}" for each in (work.file, theirs))
    assert (await work.browser.client.get(own)).content == b"%PDF-1.7 a plan"
    await work.browser.get(foreign, status=404)
    await work.put(status=404, file=theirs)
    stranger = await portal.practitioner(await house.working(library))
    await stranger.get(own, status=404)
    await stranger.get(work.address, status=404)
    assert await work.pieces() == ()


async def test_what_was_met_is_folded_and_cannot_be_changed(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: in a later round only what was not met is open, with what was said of it; what was
    met is folded with round and date and "an assessor", never a name (trap 21).
    """
    placed = await judged(house, library)
    await house.until_stage(placed.enrollment_id, Stage.REVISING)
    browser = await portal.practitioner(placed.enrollment_id)
    (artifact,) = await house.parts.artifacts(placed.enrollment_id)
    work = Work(house, browser, placed.enrollment_id, artifact.id)

    source = await browser.get(work.address)
    assert "met in round 1" in browser.text
    assert "as an assessor judged" in browser.text
    assert "Show the log of a whole week." in browser.text  # feedback to what is open again
    assert placed.assessor.name not in source
    assert source.count("Add evidence") == 1
    await browser.get(f"{work.address}/evidence?item={ITEM}", status=409)
    await work.put(status=409, round=2)
    await work.put(item="detail/1.2", round=2, explanation="The log of a week.")
    assert len(await work.pieces("detail/1.2")) == 2


async def test_a_submitted_part_is_shown_and_not_changed(work: Work) -> None:
    """Proves: after its submission part 2 is read only, on the page and behind it."""
    await work.house.write(work.enrollment_id, 2)
    await work.house.practitioner.submit(work.enrollment_id, 2, AGREED)
    source = await work.browser.get(work.address)

    assert "was received" in work.browser.text
    assert "<textarea" not in source
    assert "Add evidence" not in source
    await work.put(status=409)
    await work.browser.get(f"{work.address}/evidence?item={ITEM}&file={work.file}", status=303)
