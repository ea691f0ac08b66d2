"""The commands for orders, as processes on a whole Laurel: what is taken, and what is refused."""

import time

from sqlalchemy import func, select

from adapters.records.tables import OrderRow
from cli.desks import practitioner_desk
from domain.enrollment import Stage
from domain.orders import Learner
from tests.integration.command_line import OPS, SLUG, WHY, WIDTH, Laurel, points_of, refused

QUICK_SECONDS = 10.0
"""Far more than a refusal takes on a busy machine, far less than reading everything would."""


async def orders_in(laurel: Laurel) -> int:
    """Count the orders that are recorded."""
    async with laurel.office.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(OrderRow)) or 0


def pay(number: str, library: str, name: str, email: str, *more: object) -> tuple[object, ...]:
    """Return the command that takes an order of the shop."""
    bought = ("--micro-credential", f"{library}/{SLUG}" if library else "")
    return ("orders", "pay", number, *bought, "--name", name, "--email", email, *more, "--json")


def form(laurel: Laurel, number: str, learners: str | bytes, *more: object) -> tuple[object, ...]:
    """Return the command that records an order form with this file of learners."""
    payer = ("--payer-name", "Oak District", "--payer-email", "office@example.org")
    file = laurel.file(learners, f"learners-{number.replace(' ', '')}-{len(learners)}.csv")
    return ("orders", "form", file, "--number", number, "--purchase-order", "PO-1", *payer, *more)


def learners_of(library: str, *names: str) -> str:
    """Return the file of a school with a line for each learner."""
    lines = [f"{name.title()},{name}@example.org,{library}/{SLUG}" for name in names]
    return "\n".join(("name,email,micro_credential", *lines)) + "\n"


def lines_of(order: dict[str, object]) -> list[dict[str, object]]:
    """Return the lines of a printed order."""
    lines = order["lines"]
    assert isinstance(lines, list)
    return lines


async def test_what_cannot_be_an_order_is_refused(laurel: Laurel) -> None:
    """Proves: each order that cannot be taken is refused with its code, and none is recorded."""
    await laurel.library("willow")
    before = await orders_in(laurel)
    wrong = (
        ("not_for_sale", pay("w-1", "nowhere", "Ann", "ann@example.org")),
        ("not_for_sale", pay("w-1", "", "Ann", "ann@example.org")),
        ("address_not_valid", pay("w-1", "willow", "Ann", "ann at example.org")),
        ("address_not_valid", pay("w-1", "willow", "A", "a@example.org", "--payer-email", "x")),
        ("order_not_valid", pay("number one", "willow", "Ann", "ann@example.org")),
        ("order_not_valid", pay("w-1", "willow", "   ", "ann@example.org")),
        ("order_not_valid", pay("w-1", "willow", "A\x1b[31mn", "ann@example.org")),
        ("order_not_valid", pay("w-1", "willow", "A\udcffnn", "ann@example.org")),
        ("order_not_valid", pay("w-1", "willow", "n" * 201, "ann@example.org")),
        ("order_not_valid", pay("w-1", "willow", "A", "a@example.org", "--price-cents", "-1")),
        ("file_not_found", ("orders", "form", "none.csv", *form(laurel, "w", b"")[3:], "--json")),
        ("order_form_not_valid", (*form(laurel, "w", b""), "--json")),
        ("order_not_valid", (*form(laurel, "w 1", learners_of("willow", "ann")), "--json")),
    )
    outcomes = laurel.together([command for _, command in wrong])
    for (code, command), outcome in zip(wrong, outcomes, strict=True):
        assert (outcome.code, outcome.refusal, outcome.err) == (2, code, ""), command
    assert await orders_in(laurel) == before


async def test_the_same_order_twice_is_one_order(laurel: Laurel) -> None:
    """Proves: repeated with the same content it is the same order and one enrollment; with other
    content it is refused as ``order_differs``, and what was recorded stays as it was.
    """
    await laurel.library("elm")
    first = laurel.starter(*pay("elm-1", "elm", "Ella Elm", "ella@example.org"))
    order = await laurel.opened(str(first.json["order_id"]))
    again, other, price = laurel.together(
        [
            pay("elm-1", "elm", "Ella Elm", " ELLA@example.org "),
            pay("elm-1", "elm", "Emil Elm", "emil@example.org"),
            pay("elm-1", "elm", "Ella Elm", "ella@example.org", "--price-cents", 900),
        ]
    )
    assert (again.code, again.json) == (0, first.json)
    assert "elm-1" in refused(other, "order_differs")
    refused(price, "order_differs")
    assert await laurel.opened(order.order_id) == order
    assert len({line.enrollment_id for line in order.lines} - {None}) == 1


async def test_a_file_with_bad_lines_names_each_of_them(laurel: Laurel) -> None:
    """Proves: every bad line is reported by its number in both forms, and nothing is recorded."""
    await laurel.library("birch")
    before = await orders_in(laurel)
    bad = (
        "name,email,micro_credential\n"
        f"Good One,good@example.org,birch/{SLUG}\n"
        f"No Address,nowhere,birch/{SLUG}\n"
        f",blank@example.org,birch/{SLUG}\n"
        f"Bad\x07Bell,bell@example.org,birch/{SLUG}\n"
        f"Good Again,good@example.org,birch/{SLUG}\n"
        "No Slug,slug@example.org,birch\n"
    )
    unknown = learners_of("birch", "one") + "Two,two@example.org,birch/other\n"
    as_json, as_text, not_sold = laurel.together(
        [
            (*form(laurel, "B-1", bad), "--json"),
            form(laurel, "B-1", bad),
            (*form(laurel, "B-2", unknown), "--json"),
        ]
    )
    assert (as_json.code, as_json.refusal) == (2, "order_form_not_valid")
    assert [(each["line"], each["code"]) for each in points_of(as_json)] == [
        (3, "address_not_valid"),
        (4, "csv_cell_empty"),
        (5, "csv_control_character"),
        (6, "learner_repeated"),
        (7, "micro_credential_not_valid"),
    ]
    assert (as_text.code, as_text.out) == (2, "")
    assert as_text.widest <= WIDTH
    for number in (3, 4, 5, 6, 7):
        assert f"  - line {number}, " in as_text.err
    assert [(each["line"], each["code"]) for each in points_of(not_sold)] == [(3, "not_for_sale")]
    assert await orders_in(laurel) == before


async def test_a_file_of_ten_megabytes_is_refused_quickly(laurel: Laurel) -> None:
    """Proves: the size alone decides; ten megabytes of a cell are not read into an order."""
    huge = learners_of("birch", "one") + "x" * 10_000_000
    began = time.monotonic()
    outcome = laurel.starter(*form(laurel, "H-1", huge), "--json")
    assert time.monotonic() - began < QUICK_SECONDS
    assert [each["code"] for each in points_of(outcome)] == ["csv_too_large"]
    assert outcome.code == 2


async def test_a_form_waits_for_its_money(laurel: Laurel) -> None:
    """Proves: an order form starts nothing until it is settled, by either way; then every line has
    a journey; settling again changes nothing.
    """
    await laurel.library("ash")
    learners = learners_of("ash", "ann", "ben")
    said = laurel.starter(*form(laurel, "ASH-1", learners))
    assert (said.code, "once it is settled" in said.out) == (0, True)
    waiting = laurel.starter("orders", "show", "ASH-1", "--json").json
    lines = lines_of(waiting)
    assert (waiting["settled_at"], [line["state"] for line in lines]) == (None, ["waiting"] * 2)
    assert [line["enrollment_id"] for line in lines] == [None, None]
    assert laurel.starter("orders", "settle", "ASH-1", *WHY).code == 0
    order = await laurel.opened(str(waiting["order_id"]))
    for line in order.lines:
        assert line.state == "enrolled"
        await laurel.until(line.enrollment_id or "", Stage.VERIFYING)
    assert laurel.starter("orders", "settle", "ASH-1", *WHY).code == 0
    assert await laurel.opened(order.order_id) == order
    assert [(each.what, each.why) for each in order.actions] == [("order_settled", WHY[1])]
    assert WHY[1] in laurel.starter("orders", "show", "ASH-1").out


async def test_a_form_may_be_settled_by_recording_it_again(laurel: Laurel) -> None:
    """Proves: the same form with ``--settled`` is the same order, and its journeys start."""
    await laurel.library("yew")
    command = form(laurel, "YEW-1", learners_of("yew", "yan"))
    first = laurel.starter(*command, "--json").json
    again = laurel.starter(*command, "--settled", "--json").json
    assert again == first
    order = await laurel.opened(str(first["order_id"]))
    assert order.settled_at is not None
    assert [line.state for line in order.lines] == ["enrolled"]


async def test_a_number_of_both_channels_is_not_guessed(laurel: Laurel) -> None:
    """Proves: where a shop and a school used one number, no act lands on the wrong order."""
    await laurel.library("oak")
    by_form = laurel.starter(*form(laurel, "77", learners_of("oak", "ola")), "--json").json
    by_shop = laurel.starter(*pay("77", "oak", "Olaf Oak", "olaf@example.org")).json
    orders = {str(each["order_id"]) for each in (by_form, by_shop)}
    shown = laurel.starter("orders", "show", "77", "--json")
    sentence = refused(shown, "order_ambiguous")
    assert all(order_id in sentence for order_id in orders)
    for act in ("settle", "refund"):
        outcome = laurel.starter("orders", act, "77", *WHY)
        assert (outcome.code, outcome.err.startswith("order_ambiguous: ")) == (2, True)
    named = laurel.starter("orders", "show", by_form["order_id"], "--json").json
    assert (named["channel"], named["settled_at"]) == ("form", None)


async def test_one_line_of_two_is_refunded_and_then_all(laurel: Laurel) -> None:
    """Proves: a refund of one line ends its journey alone; the whole order the other; each is told
    once in the timeline with its reason, however often it is asked for.
    """
    await laurel.library("fir")
    command = (*form(laurel, "FIR-1", learners_of("fir", "fay", "finn")), "--settled", "--json")
    order = await laurel.opened(str(laurel.starter(*command).json["order_id"]))
    fay, finn = (line.enrollment_id or "" for line in order.lines)
    await laurel.until(finn, Stage.VERIFYING)
    because = ("--reason", "Moved away.", "--by", "Rita")
    for asked in (1, 0):
        outcome = laurel.starter("orders", "refund", "FIR-1", "--line", 1, *because)
        assert (outcome.code, outcome.out) == (
            0,
            f"Refunded. Journeys that were asked to end: {asked}.\n",
        )
    assert (await laurel.view(fay)).ending == "refunded"
    assert (await laurel.view(finn)).ending is None
    assert await laurel.happened(fay, "line_refunded") == [("ops", "Rita", "Moved away.")]
    unknown = laurel.starter("orders", "refund", "FIR-1", "--line", 9, *because)
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err.startswith("unknown_line: ")
    assert laurel.starter("orders", "refund", "FIR-1", *because).code == 0
    assert (await laurel.view(finn)).ending == "refunded"
    refunded = await laurel.opened(order.order_id)
    assert [line.state for line in refunded.lines] == ["refunded"] * 2


async def test_a_second_enrollment_is_held_and_released(laurel: Laurel) -> None:
    """Proves: a second purchase by the same person is held; releasing it is refused while the first
    enrollment is open, starts it once that has ended, and repeated it is the same enrollment.
    """
    await laurel.library("pine")
    pia = Learner(name="Pia Pine", address="pia@example.org")
    first = (await laurel.bought("pine", pia)).lines[0]
    (held,) = (await laurel.bought("pine", pia)).lines
    assert (held.state, held.enrollment_id) == ("held", None)
    early = laurel.starter("orders", "release", held.line_id, *WHY)
    assert (early.code, early.err.startswith("still_enrolled: ")) == (2, True)
    desk = await practitioner_desk(laurel.office)
    await laurel.until(first.enrollment_id or "", Stage.VERIFYING)
    await desk.withdraw(first.enrollment_id or "", OPS)
    started, repeated = (laurel.starter("orders", "release", held.line_id, *WHY) for _ in range(2))
    assert (started.code, repeated.out) == (0, started.out)
    order = laurel.starter("orders", "show", held.line_id.rpartition("-")[0], "--json").json
    (line,) = lines_of(order)
    assert line["state"] == "enrolled"
    assert str(line["enrollment_id"]) in started.out
    await laurel.until(str(line["enrollment_id"]), Stage.VERIFYING)
    await desk.withdraw(str(line["enrollment_id"]), OPS)
    laurel.starter("orders", "refund", order["order_id"], *WHY)
    late = laurel.starter("orders", "release", held.line_id, *WHY)
    assert (late.code, late.err.startswith("line_not_held: ")) == (2, True)


async def test_orders_are_shown_to_people_and_programs(laurel: Laurel) -> None:
    """Proves: lists and one order have their documented fields, and fit 100 columns."""
    await laurel.library("maple")
    long = Learner(name="Maximiliane " * 12, address=f"{'m' * 60}@{'school.' * 10}example.org")
    order = await laurel.bought("maple", long)
    listed, shown, table, page = laurel.together(
        [
            ("orders", "list", "--json"),
            ("orders", "show", order.external_id, "--json"),
            ("orders", "list"),
            ("orders", "show", order.order_id),
        ]
    )
    fields = [
        *("order_id", "channel", "external_id", "payer", "purchase_order"),
        *("placed_at", "settled_at", "lines", "actions"),
    ]
    (mine,) = (each for each in listed.json_list if each["order_id"] == order.order_id)
    assert list(mine) == list(shown.json) == fields
    (line,) = lines_of(shown.json)
    assert list(line) == [
        *("number", "line_id", "learner", "micro_credential", "state", "enrollment_id"),
    ]
    for text in (table, page):
        assert (text.code, text.err) == (0, "")
        assert text.widest <= WIDTH
        assert order.order_id in text.out


async def test_unknown_orders_and_missing_reasons_are_refused(laurel: Laurel) -> None:
    """Proves: what names nothing, or gives no reason that can be kept, ends with 2 and a code."""
    wrong = (
        ("unknown_order", ("show", "nothing")),
        ("unknown_order", ("settle", "nothing", *WHY)),
        ("unknown_order", ("refund", "nothing", *WHY)),
        ("unknown_line", ("release", "nothing", *WHY)),
        ("unknown_line", ("release", "nothing-1", *WHY)),
        ("reason_missing", ("settle", "nothing", "--reason", "  ")),
        ("reason_missing", ("refund", "nothing", *WHY, "--by", " ")),
        ("reason_not_plain", ("release", "nothing", "--reason", "\x1b[2J")),
        ("reason_not_plain", ("settle", "nothing", "--reason", "r" * 2001)),
        ("Usage: ", ("settle", "nothing")),
    )
    outcomes = laurel.together([("orders", *command) for _, command in wrong])
    for (code, command), outcome in zip(wrong, outcomes, strict=True):
        assert (outcome.code, outcome.out) == (2, ""), command
        assert outcome.err.startswith(code), command
        assert outcome.widest <= WIDTH
