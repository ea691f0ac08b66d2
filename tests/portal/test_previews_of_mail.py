"""Previews of what operations do about mail, addresses and attention: said before, then so."""

import pytest

from domain.enrollment import AttentionKind
from domain.notices import NoticeKind
from domain.previews import Act, ActKind
from domain.refusals import Refusal
from tests.house import OPS, House
from tests.portal.foresight import assert_came_true, needs_attention, previewed, seen
from tests.workflows.clockwork import letters_held


async def test_mail_acts_are_previewed(house: House, library: str) -> None:
    """Proves: a bounce, the correction that it asks for, and sending again come about as said; a
    notice on its way, and an address that is recorded already, are said to change nothing.
    """
    journey = await house.working(library)
    await house.all_settled(journey)
    (access,) = await house.notices(journey, NoticeKind.ACCESS)

    bounce = Act(kind=ActKind.BOUNCE, notice_id=access.id)
    before, preview = await seen(house, journey), await previewed(house, bounce, journey)
    await house.ops.bounced(access.id, "550 no such mailbox")
    assert_came_true(preview, before, await seen(house, journey))
    assert not (await previewed(house, bounce, journey)).changes_something

    wanted = f"right-{journey}@example.org"
    correct = Act(kind=ActKind.CORRECT_ADDRESS, address=wanted)
    before, preview = await seen(house, journey), await previewed(house, correct, journey)
    await house.ops.correct_address(journey, wanted, OPS)
    after = await seen(house, journey)
    assert preview.sent
    assert sorted(each.kind for each in preview.sent) == sorted(
        kind for key, (kind, _, _) in after.notices.items() if key not in before.notices
    )
    assert not (await previewed(house, correct, journey)).changes_something

    await house.all_settled(journey)
    newest = (await house.notices(journey, NoticeKind.ACCESS))[-1]
    again = Act(kind=ActKind.RESEND, notice_id=newest.id)
    before, preview = await seen(house, journey), await previewed(house, again, journey)
    async with letters_held(house):
        copy_id = await house.ops.resend(newest.id, OPS)
        assert_came_true(preview, before, await seen(house, journey))
        out = await previewed(house, again.model_copy(update={"notice_id": copy_id}), journey)
        assert out.refusal is not None
        assert out.refusal.code == "notice_still_out"
    await house.all_settled(journey)


async def test_resending_a_bounced_notice_settles_its_attention_as_previewed(
    house: House, library: str
) -> None:
    """Proves: the preview says which trouble with mail is over once it is sent again."""
    journey = await house.working(library)
    await house.all_settled(journey)
    (access,) = await house.notices(journey, NoticeKind.ACCESS)
    await house.ops.bounced(access.id, "550 no such mailbox")
    act = Act(kind=ActKind.RESEND, notice_id=access.id)
    before, preview = await seen(house, journey), await previewed(house, act, journey)
    assert preview.closed == (AttentionKind.MAIL_BOUNCED,)
    await house.ops.resend(access.id, OPS)
    assert_came_true(preview, before, await seen(house, journey))
    await house.all_settled(journey)


async def test_another_persons_address_is_refused_beforehand(house: House, library: str) -> None:
    """Proves: an address in use, and one that cannot be one, are refused as the act refuses."""
    journey, other = await house.enrolled(library), await house.enrolled(library)
    taken = (await house.learner_of(other)).address
    for wanted, code in ((taken, "address_in_use"), ("nobody", "address_not_valid")):
        act = Act(kind=ActKind.CORRECT_ADDRESS, address=wanted)
        preview = await previewed(house, act, journey)
        assert preview.refusal is not None
        assert preview.refusal.code == code
        with pytest.raises(Refusal) as refused:
            await house.ops.correct_address(journey, wanted, OPS)
        assert refused.value.code == code


async def test_closing_attention_is_previewed(house: House, library: str) -> None:
    """Proves: what is open is said to be closed, also on the order; what is not open, nothing."""
    journey = await house.enrolled(library)
    kind = AttentionKind.ACCOUNT_UNVERIFIED
    act = Act(kind=ActKind.CLOSE_ATTENTION, attention=kind)
    assert not (await previewed(house, act, journey)).changes_something
    await needs_attention(house, journey, kind)
    before, preview = await seen(house, journey), await previewed(house, act, journey)
    assert await house.ops.close_attention(journey, kind, OPS)
    assert_came_true(preview, before, await seen(house, journey))
