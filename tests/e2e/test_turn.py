"""Groups that call by TURN only, through Debian's coturn set up as we ship it."""

from pathlib import Path

import pytest

from tests.e2e.conftest import OpenShop
from tests.e2e.coturn import Coturn
from tests.e2e.floor import hang_up, to_hear_and_see_each_other
from tests.e2e.media.far_end import candidate_types

pytestmark = pytest.mark.timeout(90)

SHIPPED = Path(__file__).parents[2] / "deploy" / "turnserver.conf"

# Coturn reads it as 32 bits with a sign.
FAR_FUTURE_S = 2_100_000_000

INNER = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.2",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "fd00::1",
    "fe80::1",
)


@pytest.mark.parametrize("way", ["udp", "tls"])
async def test_a_confidential_call_runs_over_turn_and_tells_nobody_an_address(
    open_shop: OpenShop, turn: Coturn, way: str
) -> None:
    address = {"udp": turn.udp, "tls": turn.tls}[way]
    shop = await open_shop("anna", ZURUF_TURN__URLS=address, ZURUF_TURN__SECRET=turn.secret)
    shop.lobby += "/?group=discreet"
    anna = await shop.agent("anna", flags=[turn.trust])
    vera = await shop.visitor("vera", flags=[turn.trust])

    await shop.call_between(vera, anna)

    await to_hear_and_see_each_other(vera, anna)
    for person in (vera, anna):
        assert await candidate_types(person.page) == {("relay", "relay")}
        assert any("typ relay" in frame for frame in person.page.frames)
        assert not any("typ host" in frame or "typ srflx" in frame for frame in person.page.frames)
    await hang_up(vera, anna)


async def test_the_turn_server_we_ship_relays_to_no_inner_address(tmp_path: Path) -> None:
    shipped = await Coturn.start(tmp_path, template=SHIPPED)
    # Somebody else each time: one person may not have many allocations.
    people = [shipped.credentials(expires_at_s=FAR_FUTURE_S, about=f"test{n}") for n in range(len(INNER) + 1)]
    try:
        assert await shipped.relays_to("127.0.0.1", people.pop()), "the one address that these tests allow"
        for peer in INNER:
            assert not await shipped.relays_to(peer, people.pop()), peer
    finally:
        await shipped.stop()
