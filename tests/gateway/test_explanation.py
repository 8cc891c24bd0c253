"""A contact told back from the journal: whole, in words, bounded, and to its own supervisors only."""

import asyncio
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from typer.testing import CliRunner

from acd.config import AnswerKind, Channel
from acd.decisions import OverflowReason
from acd.explain import CODES
from acd.facts import CallerHungUp, ContactRequested
from acd.ids import ContactId, GroupId, Millis, SiteId
from gateway.app import Stores
from gateway.auth.roles import Role, grants
from gateway.cli import cli
from gateway.day import day_around, zone_of
from gateway.explanation import Explanation, explain, first_since, in_sentences, notes
from gateway.explanation_texts import EXPLANATIONS, NOTES, WORDS, length_in_words
from gateway.ids import born_at, new_id
from gateway.journal.port import Snapshot
from gateway.runtime.decider import SnapshotRule
from gateway.storage.database import open_sqlite
from gateway.storage.directory import StoredDirectory
from gateway.texts import LANGUAGES
from tests.gateway.house import House, open_house
from tests.gateway.running_site import DEMO, NOON, RunningSite, request_of, running

SETTINGS = """
[[site]]
id = "shop"
[[site.groups]]
id = "sales"
names = { de = "Verkauf", en = "Sales" }
"""


def test_every_code_has_sentences_that_say_the_same_in_every_language() -> None:
    assert set(EXPLANATIONS) == CODES
    for code, texts in EXPLANATIONS.items():
        said = {language: [_names(pattern) for pattern in texts[language]] for language in LANGUAGES}
        assert said["de"] == said["en"], code
    for words in (*NOTES.values(), *WORDS.values()):
        assert set(words) == set(LANGUAGES)
    for name, known in (("reason", OverflowReason), ("channel", Channel), ("answer", AnswerKind)):
        for language in LANGUAGES:
            assert set(WORDS[name][language]) == set(known)


def _names(pattern: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(pattern)} - {None}


@pytest.mark.parametrize(
    ("ms", "says"),
    [
        (0, "0.0 s"),
        (420, "0.4 s"),
        (12_900, "12 s"),
        (60_000, "1 min"),
        (185_000, "3 min 5 s"),
        (7_200_000, "2 h"),
        (7_800_000, "2 h 10 min"),
    ],
)
def test_lengths_of_time_are_short(ms: int, says: str) -> None:
    assert length_in_words(ms) == says


def test_an_id_tells_when_it_was_made() -> None:
    assert born_at(new_id("ct", NOON)) == NOON
    assert born_at("ct_1") is None


def test_a_day_begins_at_midnight_of_its_time_zone_also_when_clocks_change() -> None:
    # The night to 29 March 2026 loses an hour in Berlin.
    noon = Millis(1_774_778_400_000)
    since, until = day_around(noon, zone_of(None))

    assert until - since == 23 * 3_600_000
    assert day_around(since, "Europe/Berlin") == (since, until)
    assert day_around(Millis(since - 1), "Europe/Berlin")[1] == since


async def asked(site: RunningSite) -> ContactId:
    """Somebody with an id of ours asks."""
    contact = ContactId(new_id("ct", site.hands.wall()))
    wanted = request_of(contact)
    await site.report(
        ContactRequested(
            contact=contact,
            session=wanted.session,
            group=wanted.group,
            channel=wanted.channel,
            visitor=wanted.visitor,
        )
    )
    return contact


async def test_a_contact_is_told_from_the_record_with_reasons() -> None:
    async with running() as site:
        await site.open()
        contact = await asked(site)
        await site.report(CallerHungUp(contact=contact))
        told = await explain(site.journal, contact)

    assert [entry.code for entry in told.entries] == ["admitted", "waits_for_caller", "ended_abandoned"]
    assert told.is_whole
    assert told.is_reasoned
    assert told.is_finished
    assert notes(told, "en") == []


async def test_of_two_contacts_each_is_told_only_its_own() -> None:
    async with running() as site:
        await site.open()
        await asked(site)
        second = await asked(site)
        told = await explain(site.journal, second)

    assert [entry.code for entry in told.entries] == ["admitted", "waits_for_caller"]
    assert told.groups == {"sales"}


async def test_it_begins_at_the_newest_snapshot_before_the_contact() -> None:
    async with running(snapshot_rule=SnapshotRule(decisions=1, ms=0)) as site:
        await site.open()
        await site.until(lambda: site.journal.saves > 0)
        await site.pass_time(5_000)
        contact = await asked(site)
        told = await explain(site.journal, contact, most=2)

    assert told.is_reasoned
    assert told.entries[0].code == "admitted"


async def test_a_broken_snapshot_is_passed_over() -> None:
    async with running() as site:
        await site.open()
        contact = await asked(site)
        site.journal._snapshots = [Snapshot(upto=1, number=1, at=Millis(1), version=1, body=b"?")]  # type: ignore[arg-type]
        told = await explain(site.journal, contact)

    assert told.is_reasoned


async def test_what_lies_too_far_back_is_told_without_reasons() -> None:
    async with running() as site:
        await site.open()
        for number in range(5):
            await site.asks(f"before_{number}")
        await site.pass_time(5_000)
        contact = await asked(site)
        told = await explain(site.journal, contact, most=3)

    assert [entry.code for entry in told.entries] == ["admitted"]
    assert told.is_whole
    assert notes(told, "en") == [NOTES["unreasoned"]["en"]]


async def test_more_than_can_be_read_is_left_out_and_said() -> None:
    async with running() as site:
        await site.open()
        contact = await asked(site)
        for number in range(5):
            await site.asks(f"after_{number}")
        told = await explain(site.journal, contact, most=3)

    assert told.entries[0].code == "admitted"
    assert NOTES["unfinished"]["de"] in notes(told, "de")


async def test_a_trimmed_beginning_is_said() -> None:
    async with running() as site:
        await site.open()
        contact = await asked(site)
        await site.report(CallerHungUp(contact=contact))
        site.journal._decisions = site.journal._decisions[2:]
        told = await explain(site.journal, contact)

    assert [entry.code for entry in told.entries] == ["ended_abandoned"]
    assert notes(told, "en") == [NOTES["trimmed"]["en"], NOTES["unreasoned"]["en"]]


async def test_a_contact_that_was_never_there_is_said_to_be_unknown() -> None:
    async with running() as site:
        await site.open()
        told = await explain(site.journal, ContactId("ct_nobody"))

    assert told.entries == ()
    assert notes(told, "en") == [NOTES["unknown"]["en"]]


async def test_a_moment_is_found_among_decisions() -> None:
    async with running() as site:
        await site.open()
        for number in range(9):
            await site.asks(f"{number}")
            site.hands.turn(1_000)
        numbers = [await first_since(site.journal, Millis(NOON + ms)) for ms in (0, 1, 3_500, 60_000)]

    assert numbers == [0, 2, 5, 10]


async def test_every_entry_becomes_a_sentence_in_both_languages(tmp_path: Path) -> None:
    async with running() as site:
        await site.open()
        agent = await site.agent(1)
        contact = await site.caller("c1")
        await site.accepts(agent, contact)
        told: Explanation = await explain(site.journal, contact)
    async with open_sqlite(tmp_path / "names.sqlite3") as database:
        directory = StoredDirectory(database)
        await directory.add_site(SiteId(DEMO), "Demo", NOON)
        await directory.name_group(SiteId(DEMO), GroupId("sales"), {"de": "Verkauf", "en": "Sales"})
        german = await in_sentences(told, directory, SiteId(DEMO), "de", "Europe/Berlin")
        english = await in_sentences(told, directory, SiteId(DEMO), "en", "Europe/Berlin")

    assert german[0] == "Der Kontakt kam in die Gruppe Verkauf (Video)."
    assert english[0] == "The contact came to group Sales (video)."
    assert english[-1] == "ag_1 accepted, after 0.0 s."
    assert len(german) == len(english) == len(told.entries)


async def explained(house: House, contact: str, *, name: str, site: str = "shop") -> tuple[int, Any]:
    cookie, _ = await house.signed_in(name)
    reply = await house.ask("GET", f"/api/v1/sites/{site}/contacts/{contact}/explanation", cookie=cookie)
    return reply.status, reply.said


async def test_a_supervisor_reads_what_happened(house: House) -> None:
    contact = (await house.call()).said["contactId"]

    status, said = await explained(house, contact, name="sofia")

    assert status == 200
    assert [entry["code"] for entry in said["entries"]] == ["admitted", "waits_for_caller"]
    assert said["notes"] == []


async def test_agents_and_strangers_read_nothing(house: House) -> None:
    contact = (await house.call()).said["contactId"]

    assert (await explained(house, contact, name="anna"))[0] == 403
    assert (await explained(house, contact, name="sofia", site="other"))[0] == 404
    assert (await explained(house, "ct_nobody", name="sofia"))[0] == 404
    assert (await house.ask("GET", f"/api/v1/sites/shop/contacts/{contact}/explanation")).status == 401


async def test_a_supervisor_of_another_group_does_not_learn_that_there_is_such_a_contact(house: House) -> None:
    contact = (await house.call()).said["contactId"]
    async with house.stores() as stores:
        await limit(stores, "sofia", "hotline")

    assert (await explained(house, contact, name="sofia"))[0] == 404


async def limit(stores: Stores, name: str, group: str) -> None:
    found = await stores.users.by_name(name)
    assert found is not None
    await stores.users.set_grants(found.id, grants([Role.SUPERVISOR], [GroupId(group)]))


async def test_the_command_line_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(tmp_path) as house:
        contact = (await house.call()).said["contactId"]
        data = house.settings.data_dir
    (tmp_path / "zuruf.toml").write_text(SETTINGS)
    monkeypatch.setenv("ZURUF_DATA_DIR", str(data))
    monkeypatch.chdir(tmp_path)
    told = await run("journal", "explain", contact, "--lang", "de")
    unknown = await run("journal", "explain", "ct_nobody")

    assert "Der Kontakt kam in die Gruppe Verkauf (Video)." in told
    assert "Nothing is recorded of ct_nobody at site shop." in unknown


async def run(*words: str) -> str:
    return (await asyncio.to_thread(CliRunner().invoke, cli, list(words))).output
