"""An agent hands a caller on, and the caller talks to somebody else."""

import pytest

from tests.e2e.floor import Floor, hang_up, to_be_connected, to_be_rung, to_hear_and_see_each_other
from tests.e2e.people import to_say, to_show

pytestmark = pytest.mark.timeout(90)


async def test_a_caller_who_is_handed_on_talks_to_the_colleague_and_the_first_agent_wraps_up(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await vera.page.press("Video call")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    ben = await demo.agent("ben")

    await anna.page.press("Transfer")
    await to_show(anna.page, "dialog", "Ask or transfer to whom?")
    await anna.page.press("Transfer now: Ben")

    await to_be_rung(ben)
    await to_say(vera.page, "You are being put through to somebody else.")
    await to_show(anna.page, "button", "Finish wrap-up")
    await ben.page.press("Accept")
    await to_be_connected(vera, ben)
    await to_hear_and_see_each_other(vera, ben)
    await hang_up(vera, ben)
