"""Callers are told how long it takes, and what they were told is held against what came of it."""

from pathlib import Path

import pytest

from acd.estimate import FOUNDED
from acd.facts import AgentHungUp, CallerHungUp, EndAsked, MediaConnected, Party, WrapUpFinished
from acd.ids import AgentId, ContactId, GroupId, Millis, SiteId
from gateway.app import Stores
from gateway.auth.roles import Role, grants
from gateway.runtime.decider import SnapshotRule
from gateway.runtime.waits import SiteWaits
from gateway.storage.database import StorageUnavailable, open_sqlite
from gateway.storage.forecasts import JudgedForecast, StoredForecasts
from signaling.ports import ExpectedWait
from tests.gateway.house import House
from tests.gateway.people import office
from tests.gateway.running_site import DEMO, NOON, RunningSite, running

MINUTE_MS = 60_000


async def _serve(site: RunningSite, agent: AgentId, contact: ContactId, ms: int) -> None:
    await site.accepts(agent, contact)
    epoch = site.runtime.state.contacts[contact].epoch
    for party in Party:
        await site.report(MediaConnected(contact=contact, epoch=epoch, party=party))
    site.hands.turn(ms)
    await site.report(AgentHungUp(agent=agent, contact=contact, epoch=epoch))
    await site.report(WrapUpFinished(agent=agent, contact=contact))


async def _busy(site: RunningSite, served: int = FOUNDED + 5) -> None:
    """An agent who has served some, two minutes each, and talks to the next one; two more wait."""
    await site.open()
    agent = await site.agent(1)
    for number in range(served + 3):
        await site.caller(str(number))
    for number in range(served):
        await _serve(site, agent, ContactId(f"ct_{number}"), 2 * MINUTE_MS)
    await site.accepts(agent, ContactId(f"ct_{served}"))


def _waits(site: RunningSite) -> SiteWaits:
    made = SiteWaits(site.runtime, metrics=site.metrics, clock=site.hands.wall)
    made.follow()
    return made


def _sample(site: RunningSite, name: str, **labels: str) -> float | None:
    return site.metrics.registry.get_sample_value(f"zuruf_{name}", {"site": DEMO, "group": "sales", **labels})


async def test_a_range_is_told_and_judged_when_somebody_answers(tmp_path: Path) -> None:
    async with running() as site, open_sqlite(tmp_path / "test.sqlite3") as database:
        waits, store = _waits(site), StoredForecasts(database)
        await _busy(site, 25)

        first, second = waits.expected(ContactId("ct_26")), waits.expected(ContactId("ct_27"))
        assert first == ExpectedWait(low_minutes=2, high_minutes=5, longer=False)
        assert second == ExpectedWait(low_minutes=4, high_minutes=8, longer=False)
        assert waits.expected(ContactId("ct_26")) == first
        site.hands.turn(3 * MINUTE_MS)
        await site.report(CallerHungUp(contact=ContactId("ct_25")))
        await site.until(lambda: AgentId("ag_1") in site.ringing())
        assert waits.expected(ContactId("ct_26")) is None
        await site.accepts(AgentId("ag_1"), ContactId("ct_26"))
        await site.report(EndAsked(contact=ContactId("ct_27")))
        await waits.keep(store)
        await waits.keep(store)
        (report,) = await store.report(DEMO, NOON, Millis(NOON + 10**9))

    assert (report.group, report.forecasts, report.answered, report.abandoned, report.left) == ("sales", 2, 1, 0, 1)
    assert (report.inside, report.in_time) == (1.0, 1.0)
    assert report.mean_absolute_error_ms is not None
    assert 0 < report.mean_absolute_error_ms < MINUTE_MS
    assert _sample(site, "forecasts_total", outcome="answered") == 1
    assert _sample(site, "forecasts_total", outcome="left") == 1
    assert _sample(site, "forecasts_inside_total") == 1
    assert _sample(site, "forecast_error_seconds_sum") == report.mean_absolute_error_ms / 1000


async def test_nothing_is_told_that_is_not_known() -> None:
    async with running() as site:
        waits = _waits(site)
        await _busy(site, FOUNDED - 1)

        assert waits.expected(ContactId(f"ct_{FOUNDED}")) is None
        assert waits.expected(ContactId("ct_unheard_of")) is None


@pytest.mark.parametrize("every", [60, 10**9])
async def test_what_was_learned_before_a_restart_is_learned_again_from_the_journal(every: int) -> None:
    async with running(snapshot_rule=SnapshotRule(decisions=every, ms=10**12)) as site:
        await _busy(site, 60)
        contact, waits = ContactId("ct_61"), _waits(site)
        await site.caller("later")
        assert waits.expected(contact) is None

        await waits.learn(site.journal)

        assert waits.expected(contact) == ExpectedWait(low_minutes=2, high_minutes=5, longer=False)


class AwayStore(StoredForecasts):
    """A store that cannot be reached."""

    async def add(self, *_: object) -> None:
        raise StorageUnavailable("away")


async def test_forecasts_wait_for_a_store_that_is_away(tmp_path: Path) -> None:
    async with running() as site, open_sqlite(tmp_path / "test.sqlite3") as database:
        waits = _waits(site)
        await _busy(site)
        assert waits.expected(ContactId(f"ct_{FOUNDED + 6}")) is not None
        await site.report(CallerHungUp(contact=ContactId(f"ct_{FOUNDED + 6}")))
        with pytest.raises(StorageUnavailable):
            await waits.keep(AwayStore(database))

        await waits.keep(StoredForecasts(database))
        (report,) = await StoredForecasts(database).report(DEMO, NOON, Millis(NOON + 10**9))

    assert (report.abandoned, report.mean_absolute_error_ms, report.inside) == (1, None, None)


async def test_supervisors_read_how_right_it_was_for_the_groups_they_watch(house: House) -> None:
    async with house.stores() as stores:
        await _fill(stores)
        sofia = await stores.users.by_name("sofia")
        assert sofia is not None
        await stores.users.set_grants(sofia.id, grants([Role.SUPERVISOR], [GroupId("sales")]))
    supervisor = await office(house, "sofia")

    reply = await supervisor.ask("GET", f"/api/v1/sites/shop/forecasts?from={NOON}&to={NOON + 10}")
    today = await supervisor.ask("GET", "/api/v1/sites/shop/forecasts")
    elsewhere = await supervisor.ask("GET", "/api/v1/sites/other/forecasts")
    wrong = await supervisor.ask("GET", "/api/v1/sites/shop/forecasts?from=noon")
    admin = await (await office(house)).ask("GET", "/api/v1/sites/shop/forecasts")

    assert reply.said == {
        "since": NOON,
        "until": NOON + 10,
        "groups": [
            {
                "group": "sales", "forecasts": 3, "answered": 2, "abandoned": 1, "left": 0,
                "meanAbsoluteErrorMs": 35_000.0, "inside": 0.5, "inTime": 0.5,
            }
        ],
    }  # fmt: skip
    assert today.said["until"] - today.said["since"] == 24 * 60 * MINUTE_MS
    assert [elsewhere.status, wrong.status, admin.status] == [404, 400, 403]


async def _fill(stores: Stores) -> None:
    def judged(name: str, **changes: object) -> JudgedForecast:
        usual: dict[str, object] = {
            "group": "sales", "made_at": NOON, "low_ms": 60_000, "high_ms": 120_000,
            "position": 1, "outcome": "answered", "waited_ms": 100_000,
        }  # fmt: skip
        return JudgedForecast(id=f"fc_{name}", contact=ContactId(f"ct_{name}"), **(usual | changes))  # type: ignore[arg-type]

    await stores.forecasts.add(
        SiteId("shop"),
        [
            judged("inside"),
            judged("late", waited_ms=150_000),
            judged("gone", outcome="abandoned", waited_ms=5_000),
            judged("night", group="night"),
            judged("after", made_at=NOON + 10),
        ],
    )
