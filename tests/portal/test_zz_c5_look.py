from domain.enrollment import Party
from pathlib import Path
from tests.portal.test_state_records import *
from tests.portal.browsing import page_of
from tests.portal.crawling import violations_of, is_too_wide

async def test_look(quiet, chromium):
    e1 = await issued(quiet, 1)
    e2 = await issued(quiet, 2)
    b = await quiet.portal.practitioner(e1)
    ops = await quiet.portal.operations()
    out = Path("/tmp/q/c5/pics"); out.mkdir(exist_ok=True)
    async def shot(who, address, name):
        async with page_of(chromium, quiet.portal, *((Party.OPS, await quiet.staff_id()) if who is ops else (Party.PRACTITIONER, await quiet.portal.site.access.owner_of(e1)))) as page:
            await page.goto(quiet.portal.url + address)
            v = await violations_of(page)
            await page.screenshot(path=out / f"{name}.png", full_page=True)
            await page.emulate_media(color_scheme="dark")
            v += ["dark "+x for x in await violations_of(page, ["color-contrast"])]
            await page.set_viewport_size({"width": 390, "height": 800})
            w = await is_too_wide(page)
            await page.screenshot(path=out / f"{name}-phone.png", full_page=True)
            print(name, v, w)
            assert not v and not w, (name, v, w)
    await shot(b, f"/my/{e1}/state-record", "choose")
    await choose(b, e1, {"state": "MO", "educator_number": "MO-7"})
    await shot(ops, "/ops/state-records", "due")
    await shot(ops, f"/ops/state-records/report?state=MO&month={MONTH}", "preview")
    place, _ = await pressed(ops)
    await choose(b, e1, {"state": "MO", "credit": "academy_credit"})
    p2, _ = await pressed(ops)
    await shot(ops, p2, "report")
    await shot(ops, "/ops/state-records", "overview")
    await shot(ops, "/ops/state-records/unchosen", "unchosen")
    await shot(b, f"/my/{e1}/state-record", "chosen")
    await shot(b, "/my/transcript", "transcript")
