"""``release``: what an operator sees and is refused, on an installation without releases."""

import pytest

from tests.integration.command_line import WIDTH, Laurel
from workflows.names import ALL_QUEUES


def test_an_installation_without_releases_is_shown(laurel: Laurel) -> None:
    """Proves: workers without a release are a row like any other, current, and needed; making
    them current again changes nothing; what began in the future is nothing.
    """
    shown, listed, drained, again, none_begun = laurel.together(
        [
            ("release", "show"),
            ("release", "show", "--json"),
            ("release", "drained", "unversioned"),
            ("release", "current", "unversioned"),
            ("release", "begun-before", "2020-01-01"),
        ]
    )
    (row,) = listed.json_list
    assert (row["name"], row["state"], row["is_needed"]) == ("unversioned", "current", True)
    assert row["queues"] == list(ALL_QUEUES)
    assert shown.widest <= WIDTH
    assert "unversioned" in shown.out
    assert (drained.code, again.code) == (1, 0)
    assert (none_begun.code, none_begun.out.split()[0]) == (0, "0")


async def test_what_began_before_is_counted(laurel: Laurel) -> None:
    """Proves: while a journey is open that began before an instant, the exit code says so."""
    await laurel.library("release-counted")
    await laurel.enrolled("release-counted")
    outcome = laurel.starter("release", "begun-before", "2099-01-01", "--json")
    assert outcome.code == 1
    assert isinstance(outcome.json["open"], int)
    assert outcome.json["open"] >= 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("current", "0.9.9"), "unknown_release"),
        (("drained", "0.9.9"), "unknown_release"),
        (("ramp", "0.9.9", "--percent", "5"), "unknown_release"),
        (("ramp", "0.9.9", "--percent", "101"), "share_out_of_range"),
        (("ramp", "unversioned", "--percent", "5"), "release_is_current"),
    ],
)
def test_what_would_stop_journeys_is_refused(
    laurel: Laurel, arguments: tuple[str, ...], code: str
) -> None:
    """Proves: no journey is sent to where nobody works, and each refusal has its code."""
    outcome = laurel.starter("release", *arguments)
    assert outcome.code == 2
    assert outcome.err.startswith(f"{code}: ")
    assert outcome.widest <= WIDTH
