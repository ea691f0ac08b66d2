"""Which release is still needed, and which queues it would leave alone."""

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.releases import Release, ReleaseName, ReleaseState, missing_queues


@pytest.mark.parametrize(
    ("state", "pinned", "is_needed"),
    [
        (ReleaseState.CURRENT, 0, True),
        (ReleaseState.RAMPING, 0, True),
        (ReleaseState.WAITING, 0, False),
        (ReleaseState.LEFT, 0, False),
        (ReleaseState.LEFT, 1, True),
    ],
)
def test_a_release_is_needed_while_it_is_handed_something(
    state: ReleaseState, pinned: int, is_needed: bool
) -> None:
    """Proves: journeys that merely met a release last do not keep its workers; pinned ones do."""
    release = Release(name="0.2.0", state=state, journeys=40, pinned=pinned)
    assert release.is_needed is is_needed


def test_a_release_must_serve_every_queue() -> None:
    """Proves: the queues that would stand still are named, in the order in which they are known."""
    release = Release(name="0.2.0", state=ReleaseState.WAITING, queues=("mail",))
    assert missing_queues(release, ("journeys", "mail", "documents")) == ("journeys", "documents")
    assert missing_queues(release, ("mail",)) == ()


@pytest.mark.parametrize("name", ["", "-1", "a b", "ü", "x" * 64, "'; --", "a\n"])
def test_a_name_that_no_query_could_carry_is_refused(name: str) -> None:
    """Proves: what stands in a query of the engine is a plain word."""
    with pytest.raises(ValidationError):
        TypeAdapter[str](ReleaseName).validate_python(name)
