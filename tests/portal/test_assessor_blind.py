"""Assessment is blind: nothing that reaches an assessor tells whose work it is.

Everything that is linked from an assessor's pages is opened, in every state of a round, and looked
through: source, headers, cookies, JSON, the names of files.
"""

import base64
import re
from dataclasses import dataclass, field
from html import unescape

import httpx2
import pytest

from domain.enrollment import Stage
from domain.grounds import grounds
from domain.policy import Approval, Policy
from portal.site import now
from tests.house import House
from tests.portal import assessing
from tests.portal.assessing import Telling
from tests.portal.served import Browser, Portal

_LINK = re.compile(r'(?:href|src|action)="(/assessing[^"#]*)')
_SEALED = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")


@dataclass
class Reader:
    """Opens everything that an assessor can come to, and looks for telling strings in it."""

    browser: Browser
    telling: Telling
    opened: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    async def read(self, *beginnings: str) -> set[str]:
        """Follow every link from some pages on; returns the addresses that were opened."""
        waiting, found = ["/assessing", *beginnings], set[str]()
        while waiting:
            address = waiting.pop()
            if address in found:
                continue
            found.add(address)
            answer = await self.browser.client.get(address)
            self.look_through(answer)
            if "html" in answer.headers.get("content-type", ""):
                waiting += map(unescape, _LINK.findall(answer.text))
        self.opened |= found
        return found

    def look_through(self, answer: httpx2.Response) -> None:
        """Fail when an answer tells anything, also in what a cookie carries sealed."""
        head = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
        text = f"{head} {opened(head)} {answer.content.decode(errors='replace')}".casefold()
        told = [each for each in self.telling.strings if each in text]
        assert not told, f"{answer.request.method} {answer.url}: {told}"
        self.names.add(answer.headers.get("content-disposition", ""))

    async def send(
        self,
        method: str,
        address: str,
        *,
        data: dict[str, object] | None = None,
        json: dict[str, object] | None = None,
        stretch: str = "",
    ) -> None:
        """Send what a page or a script would, whatever the answer is, and look through it."""
        headers = {"x-form-token": self.browser.token} | ({"range": stretch} if stretch else {})
        client = self.browser.client
        self.look_through(
            await client.request(method, address, headers=headers, data=data, json=json)
        )


def opened(text: str) -> str:
    """Return what sealed cookies say, in plain text."""
    plain = (base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in _candidates(text))
    return " ".join(each.decode(errors="replace") for each in plain)


def _candidates(text: str) -> list[str]:
    return [each.rstrip("=") for each in _SEALED.findall(text) if len(each.rstrip("=")) % 4 != 1]


async def test_the_reader_finds_what_is_told(house: House, portal: Portal, library: str) -> None:
    """Proves: a page that names the person, a header that names a file, and a sealed cookie that
    does are found, so not finding any means something.
    """
    enrollment_id, telling = await assessing.bought(house, library)
    reader = Reader(portal.browser(), telling)
    theirs = await portal.practitioner(enrollment_id)
    request = httpx2.Request("GET", portal.url)
    sealed = portal.site.seals.closed("said", f"Hello {telling.learner.name}")
    for answer in (
        await theirs.client.get(f"/my/{enrollment_id}"),
        httpx2.Response(200, headers={"content-disposition": telling.names[0]}, request=request),
        httpx2.Response(200, headers={"set-cookie": f"said={sealed}; path=/"}, request=request),
    ):
        with pytest.raises(AssertionError):
            reader.look_through(answer)


async def test_nothing_tells_in_an_offer_and_in_a_first_round(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: offer, round, files of every kind, marks, refusals, the summary, stepping back: none
    names person, school, payer or file; downloads have names of ours.
    """
    assessor = await house.hire(library)
    enrollment_id, telling = await assessing.handed_in(house, library)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    reader = Reader(await portal.assessor(assessor), telling)
    assert f"/assessing/offers/{enrollment_id}" in await reader.read()
    await reader.send(
        "POST", f"/assessing/offers/{enrollment_id}/decline", data={"round": 1, "why": "other"}
    )
    await house.assessor.accept(assessor.id, enrollment_id)

    address = f"/assessing/rounds/{enrollment_id}"
    found = await reader.read(f"{address}/recuse", f"{address}/files/9")
    for number in range(1, 5):
        assert {f"{address}/files/{number}", f"{address}/files/{number}?save=1"} & found
    assert {name.partition("filename=")[2].partition(";")[0] for name in reader.names} >= {
        *('"File 1.pdf"', '"File 2.png"', '"File 3.webm"', '"File 4.pptx"')
    }
    mark: dict[str, object] = {"round": 1, "version": 0, "kind": "met", "feedback": "x"}
    sendings: tuple[dict[str, object], ...] = (mark, mark, mark | {"round": 7}, {})
    for sent in sendings:
        await reader.send("PUT", f"{address}/marks/detail/1.1", json=sent)
    await reader.send("POST", address, data={"round": 1})
    await reader.send("POST", f"{address}/judge", data={"round": 1, "marks_version": 0})
    await reader.send("GET", f"{address}/files/1", stretch="bytes=0-9")


async def test_nothing_tells_with_an_approver_and_after_the_end(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: handed in, passed back, judged, and over: what is left for the assessor to see has
    no trace of the person either.
    """
    policy = Policy(approval=Approval.ALWAYS)
    enrollment_id, assessor, telling = await assessing.in_hand(house, library, policy)
    reader = Reader(await portal.assessor(assessor), telling)
    await house.marked(assessor, enrollment_id, ("detail/1.2",))
    await house.assessor.judge(assessor.id, enrollment_id)
    await house.until_stage(enrollment_id, Stage.APPROVING)
    await reader.read()
    because = grounds("Please look at 1.2 again.", "Rita Approver", now())
    await house.assessor.decide_approval(enrollment_id, 1, 1, because, is_confirmed=False)
    await house.until_stage(enrollment_id, Stage.ASSESSING)
    await reader.read()
    await house.assessor.judge(assessor.id, enrollment_id)
    await house.until_stage(enrollment_id, Stage.APPROVING)
    await house.assessor.decide_approval(enrollment_id, 1, 2, because, is_confirmed=True)
    await house.until_stage(enrollment_id, Stage.REVISING)
    over = f"/assessing/rounds/{enrollment_id}"
    found = await reader.read(over, f"{over}/judge", f"{over}/files/1")
    assert any(each.startswith("/assessing/done/") for each in found)


async def test_nothing_tells_in_a_second_round(house: House, portal: Portal, library: str) -> None:
    """Proves: the comparison with the round before, what was met, and the files of both rounds
    tell nothing; a file keeps its number, and later ones follow.
    """
    enrollment_id, assessor, telling = await assessing.second_round(
        house, library, ("question/1", "detail/1.1")
    )
    reader = Reader(await portal.assessor(assessor), telling)
    found = await reader.read()
    assert f"/assessing/rounds/{enrollment_id}/files/5?save=1" in found
    holding = await reader.browser.get(f"/assessing/rounds/{enrollment_id}")
    assert "File 1.pdf" in holding
    assert "File 5.jpg" in holding
