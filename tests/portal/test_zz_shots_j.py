import os
from datetime import UTC, datetime, timedelta
from tests.portal.test_ops_orders import form_of, learners, recorded
from tests.portal.test_ops_catalog import imported, detailed, SAMPLE
from tests.portal.crawling import violations_of, is_too_wide
from tests.portal.browsing import sign_in
from tests.workflows.stages import accepted
from adapters.records.staff_book import StaffBook
from domain.enrollment import Party, Stage
from tests.portal.pressing import hidden
from tests.house import OPS

OUT = "/tmp/shots_j"

async def test_shots(house, portal, chromium, library):
    placed = await accepted(house, library, assessors=2)
    await house.hire(library, capacity=0)
    ops = await portal.operations()
    form = form_of(library, learners(5), settled="yes")
    order = await recorded(ops, form)
    oid = order.rpartition("/")[2]
    for n in range(1, 6):
        j = await house.enrollment_of(oid, n)
        await house.until_stage(j, Stage.VERIFYING)
    held = await recorded(ops, form_of(library, form["learners"].splitlines()[0], settled="yes"))
    unpaid = await recorded(ops, form_of(library, learners(2)))
    await ops.post(f"{order}/refund", numbers="2", reason="Left the school.")
    entry = await imported(ops, library)
    await ops.post(f"{entry}/details", reason="Agreed.", **{"outcome-1": "A dated plan.\nA list of partners."})
    full = await imported(ops, library + "-b")
    await detailed(ops, full, 2)
    await ops.post(f"{full}/publish", reason="Approved.")
    await ops.post(f"{full}/details", reason="Late.", **{"outcome-1": "A late one."})
    today = datetime.now(portal.site.zone).date()
    await ops.post(f"/ops/roster/{placed.assessors[1].id}/leave", first=today, last=today + timedelta(days=4), reason="Away.")
    day = today + timedelta(days=2)
    while day.weekday() > 4 or day.month == 11 and day.day == 26: day += timedelta(days=1)
    staff = await StaffBook(house.database).add("Olive Ops", "olive@example.org", OPS)
    one = f"/ops/roster/{placed.assessor.id}"
    pages = {
        "orders_new": "/ops/orders/new", "order": order, "order_held": held, "order_unpaid": unpaid,
        "refund": f"{order}/refund?line=1&line=3", "settle": f"{unpaid}/acts/settle",
        "refund_none": f"{order}/refund",
        "catalog": "/ops/catalog", "entry": entry, "entry_full": full, "publish": f"{entry}/publish", "publish_full": f"{full}/publish",
        "version": f"{full}/versions/1", "import": "/ops/catalog/import",
        "roster": "/ops/roster", "roster_new": "/ops/roster/new", "one": one,
        "calendar": "/ops/calendar", "close": f"/ops/calendar/close?day={day}&name=Winter+break",
        "close_wrong": "/ops/calendar/close?day=2020-01-01&name=x",
    }
    bad = []
    for mode, options in {"light": {"viewport": {"width": 1280, "height": 900}}, "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, "phone": {"viewport": {"width": 390, "height": 844}}}.items():
        context = await chromium.new_context(base_url=portal.url, **options)
        await sign_in(context, portal, Party.OPS, staff)
        page = await context.new_page()
        async def look(name):
            found = await violations_of(page)
            if found: bad.append((mode, name, found))
            if await is_too_wide(page): bad.append((mode, name, "too wide"))
            await page.screenshot(path=f"{OUT}/{name}_{mode}.png", full_page=True)
        for name, address in pages.items():
            await page.goto(address); await look(name)
        await page.goto("/ops/orders/new")
        await page.fill("#number", "bad number"); await page.fill("#payer_organization", "Linden"); await page.fill("#payer_name", "Ann"); await page.fill("#payer_address", "a@example.org"); await page.fill("#purchase_order", "PO 1")
        await page.fill("#learners", "Ann Bee, ann@example.org\nCarl Dee, nope\nEve Eff"); await page.fill("#reason", "By mail.")
        await page.get_by_role("button", name="Go on").click(); await look("orders_wrong")
        await page.fill("#number", "F-1"); await page.fill("#learners", "Ann Bee, ann@example.org\nCarl Dee, carl@example.org"); await page.select_option("#micro_credential", f"{library}/steady-hands")
        await page.get_by_role("button", name="Go on").click(); await look("orders_check")
        await page.goto("/ops/catalog/import"); await page.fill("#page", SAMPLE.replace("1,000", "several")); await page.fill("#library", library)
        await page.get_by_role("button", name="Read the page").click(); await look("import_wrong")
        await page.fill("#page", SAMPLE.replace("two essential", "two").replace("Plan and run an arrival", "Plan an arrival")); await page.get_by_role("button", name="Read the page").click(); await look("import_check")
        await page.goto("/ops/roster/new"); await page.fill("#name", "=x"); await page.fill("#email", "x@example.org"); await page.fill("#organization", "O"); await page.fill("#capacity", "many"); await page.fill("#reason-add", "r")
        await page.get_by_role("button", name="Add the assessor").click(); await look("roster_wrong")
        await page.goto("/ops/roster/new"); await page.fill("#roster", "name,email,organization,capacity,libraries\nA,b,c,99,d"); await page.fill("#reason-import", "r")
        await page.get_by_role("button", name="Take the file over").click(); await look("roster_file_wrong")
        await page.goto(one); await page.fill("#capacity", "99"); await page.fill("#reason-capacity", "More.")
        await page.get_by_role("button", name="Set the capacity").click(); await look("one_wrong")
        await page.goto(entry); await page.locator("details.detail-line summary").first.click(); await look("entry_open")
        await context.close()
    for each in bad: print(each)
    assert not bad
