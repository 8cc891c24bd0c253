"""The doctor finds what is wrong and says what to do."""

import datetime as dt
import socket
import ssl
from pathlib import Path

import pytest

from gateway.doctor import Finding, Verdict, examine
from gateway.storage.database import open_sqlite
from gateway.tls import self_signed
from tests.e2e.coturn import Coturn
from tests.gateway.house import SITE, HandClock, House, settings_in
from tests.gateway.people import office
from tests.gateway.postbox import postbox


async def _findings(settings: object, **more: object) -> dict[str, Finding]:
    return {finding.subject: finding for finding in await examine(settings, **more)}  # type: ignore[arg-type]


async def test_a_healthy_place_is_called_healthy_but_turn_is_missed(tmp_path: Path) -> None:
    found = await _findings(settings_in(tmp_path))

    assert found["Data"].verdict is Verdict.GOOD
    assert found["Port"].verdict is Verdict.GOOD
    assert found["Clock"].verdict is Verdict.GOOD
    assert found["TURN"].verdict is Verdict.DOUBTFUL
    assert not (tmp_path / "data").exists(), "the doctor looks and leaves nothing behind"


async def test_the_demo_needs_no_turn(tmp_path: Path) -> None:
    found = await _findings(settings_in(tmp_path, demo=True, site=None))

    assert found["TURN"].verdict is Verdict.GOOD


async def test_a_group_that_is_turn_only_cannot_do_without(tmp_path: Path) -> None:
    group = {"id": "sales", "names": {"de": "V", "en": "S"}, "turn_only": True}

    found = await _findings(settings_in(tmp_path, site=[SITE | {"groups": [group]}]))

    assert found["TURN"].verdict is Verdict.BAD


async def test_a_port_that_is_taken_is_found(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        found = await _findings(settings_in(tmp_path, server__port=taken.getsockname()[1]))

    assert found["Port"].verdict is Verdict.BAD


async def test_a_running_server_is_not_taken_for_a_stranger(house: House) -> None:
    found = await _findings(house.settings)

    assert found["Port"].verdict is Verdict.GOOD
    assert "running" in found["Port"].says


@pytest.mark.parametrize(("at", "says"), [(0, "1970-01-01"), (1_740_000_000_000, "behind what was recorded last")])
async def test_a_clock_that_is_wrong_is_found(house: House, at: int, says: str) -> None:
    found = await _findings(house.settings, now=HandClock(at))

    assert found["Clock"].verdict is Verdict.BAD
    assert says in found["Clock"].says


async def test_an_audit_log_is_checked_link_by_link(house: House) -> None:
    await house.sign_in("anna", "wrong")
    await house.sign_in("nobody", "wrong")
    whole = await _findings(house.settings)
    async with open_sqlite(house.settings.database, alone=False) as database:
        await database.write(lambda db: db.execute("UPDATE audit_entries SET actor = 'ag_9' WHERE site = '-'").close())

    changed = await _findings(house.settings)

    assert (whole["Audit log"].verdict, whole["Audit log"].says[:2]) == (Verdict.GOOD, "4 ")
    assert changed["Audit log"].verdict is Verdict.BAD
    assert "tampered with" in changed["Audit log"].says


async def test_a_group_that_became_turn_only_cannot_either(house: House) -> None:
    await (await office(house)).change_group("sales", turnOnly=True)

    found = (await _findings(house.settings))["TURN"]

    assert found.verdict is Verdict.BAD
    assert "a group of site shop is turn_only" in found.says


async def test_a_directory_that_cannot_be_used_is_found(tmp_path: Path) -> None:
    full = tmp_path / "file"
    full.write_text("not a directory")

    found = await _findings(settings_in(tmp_path, data_dir=full / "data"))

    assert found["Data"].verdict is Verdict.BAD


@pytest.mark.parametrize(("ago", "verdict"), [(10, Verdict.GOOD), (355, Verdict.DOUBTFUL), (370, Verdict.BAD)])
async def test_a_certificate_is_missed_before_it_expires(tmp_path: Path, ago: int, verdict: Verdict) -> None:
    clock = HandClock()
    made = dt.datetime.fromtimestamp(clock() / 1000, dt.UTC) - dt.timedelta(days=ago)
    cert, key = self_signed(tmp_path, ["localhost"], made)

    found = await _findings(settings_in(tmp_path, tls__cert=cert, tls__key=key), now=clock)

    assert found["Certificate"].verdict is verdict


async def test_every_turn_address_is_tried_with_our_credentials(tmp_path: Path) -> None:
    coturn = await Coturn.start(tmp_path)
    try:
        trust = ssl.create_default_context(cafile=str(tmp_path / "turn.crt"))
        urls = [coturn.udp, coturn.tcp, coturn.tls, "turn:127.0.0.1:9?transport=tcp"]
        right = await examine(settings_in(tmp_path, turn__urls=urls, turn__secret=coturn.secret), trust=trust)
        wrong = await examine(settings_in(tmp_path, turn__urls=urls[:1], turn__secret="another"))
    finally:
        await coturn.stop()

    turn = [finding for finding in right if finding.subject == "TURN"]
    assert [finding.verdict for finding in turn] == [Verdict.GOOD] * 3 + [Verdict.BAD]
    assert "does not answer" in turn[3].says
    (refused,) = [finding for finding in wrong if finding.subject == "TURN"]
    assert "turn.secret" in refused.says


async def test_a_group_that_calls_back_cannot_do_without_a_way_to_people(house: House) -> None:
    nothing = await _findings(house.settings)
    changed = await (await office(house)).change_group("sales", callbacks={}, whenClosed={"kind": "callback"})
    assert changed.status == 200, changed.text

    found = await _findings(house.settings)

    assert "Notices" not in nothing
    assert found["Notices"].verdict is Verdict.DOUBTFUL
    assert "notices.smtp_host" in found["Notices"].says


async def test_a_mail_server_is_tried(tmp_path: Path) -> None:
    settings = {"notices__smtp_host": "127.0.0.1", "notices__smtp_tls": "none", "notices__sender": "a@b.example"}
    async with postbox() as box:
        there = await _findings(settings_in(tmp_path, **settings, notices__smtp_port=box.port))
    gone = await _findings(settings_in(tmp_path, **settings, notices__smtp_port=box.port))

    assert there["Notices"].verdict is Verdict.GOOD
    assert gone["Notices"].verdict is Verdict.BAD
    assert box.mails == []
