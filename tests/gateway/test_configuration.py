"""A site's configuration is changed by its administrators, in versions, and everybody who waits is judged by it."""

import asyncio
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_type_hints

import aiohttp
import msgspec
import pytest

from acd import config
from acd.ids import AgentId, GroupId, SiteId
from gateway.app import running
from gateway.configuration import document as written
from gateway.configuration.document import GroupRules, RoutingProfile, SiteDocument, Words
from gateway.configuration.faults import ConfigurationWrong, check
from gateway.configuration.rules import chosen_needs, site_of
from gateway.storage.configuration import Change, StoredConfiguration, VersionConflict
from gateway.storage.database import open_sqlite
from gateway.texts import FAULTS
from tests.conformance.stores import NOON
from tests.gateway.house import House, open_house, quick_passwords
from tests.gateway.people import NAMES, WHOLE, Office, agent_id, caller, desk, office

SHOP_ID = SiteId("shop")


# What a document is.


@pytest.mark.parametrize(
    ("ours", "cores"),
    [
        (written.GroupRules, config.Group),
        (written.NeedRule, config.Need),
        (written.RelaxationRule, config.Relaxation),
        (written.AnswerRule, config.Answer),
        (written.CallbackRule, config.Callbacks),
        (written.AgentSkill, config.Skill),
        (written.MembershipRule, config.Membership),
        (written.InterruptionRule, config.Interruption),
        (written.CapacityRule, config.Capacity),
        (written.RoutingProfile, config.Agent),
        (written.PatienceRule, config.Patience),
        (written.SiteDocument, config.Site),
    ],
)
def test_the_document_has_every_rule_of_the_core_with_the_same_default(ours: Any, cores: Any) -> None:
    defaults = {field.name: field for field in msgspec.structs.fields(ours)}

    for field in fields(cores):
        assert field.name in defaults, f"{cores.__name__}.{field.name} cannot be configured"
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if default is not MISSING and field.name not in ("groups", "agents"):
            kind = get_type_hints(cores)[field.name]
            ours_is = msgspec.convert(defaults[field.name].default, kind, from_attributes=True)
            assert ours_is == default, f"{cores.__name__}.{field.name}"


def test_what_is_not_known_is_mistyped() -> None:
    with pytest.raises(msgspec.ValidationError, match="rignMs"):
        msgspec.json.decode(b'{"groups":[{"id":"a","names":{"de":"A","en":"A"},"rignMs":3000}]}', type=SiteDocument)


# What fits together.


def _group(name: str, **fields: Any) -> Mapping[str, Any]:
    return {"id": name, "names": NAMES} | fields


def _leads(name: str, to: str, rule: str = "whenFull") -> Mapping[str, Any]:
    return _group(name, **{rule: {"kind": "group", "group": to}})


def _week(*spans: tuple[int, int]) -> list[Any]:
    return [[{"start": start, "to": to} for start, to in spans], *([[]] * 6)]


_SKILL = {"id": "french", "names": NAMES}


@pytest.mark.parametrize(
    ("document", "where", "code"),
    [
        ({"groups": [_group("a"), _group("a")]}, "groups[1]", "twice"),
        ({"groups": [_group("a", strategy="fastest")]}, "groups[0].strategy", "unknown_strategy"),
        ({"groups": [_group("a", policy="record")]}, "groups[0].policy", "policy_unavailable"),
        ({"groups": [_group("a", channels=["voice", "chat"])]}, "groups[0].channels[1]", "channel_unavailable"),
        ({"groups": [_group("a", needs=[{"skill": "x"}])]}, "groups[0].needs[0].skill", "unknown_skill"),
        (
            {"groups": [_group("a", relaxations=[{"afterMs": 1, "drop": ["x"]}])]},
            "groups[0].relaxations[0].drop[0]",
            "unknown_skill",
        ),
        ({"groups": [_group("a", codes=["sold"])]}, "groups[0].codes[0]", "unknown_code"),
        ({"groups": [_group("a", channels=["voice", "voice"])]}, "groups[0].channels[1]", "twice"),
        ({"groups": [_group("a", whenFull={"kind": "group"})]}, "groups[0].whenFull.group", "group_missing"),
        ({"groups": [_leads("a", "a")]}, "groups[0].whenFull.group", "same_group"),
        ({"groups": [_leads("a", "b")]}, "groups[0].whenFull.group", "unknown_group"),
        (
            {"groups": [_group("a", whenClosing={"group": "a"})]},
            "groups[0].whenClosing.group",
            "group_not_meant",
        ),
        ({"groups": [_group("a", whenEmpty={"kind": "message"})]}, "groups[0].whenEmpty.kind", "no_messages"),
        (
            {"groups": [_leads("a", "b"), _group("b", channels=["message"])]},
            "groups[0].whenFull.group",
            "no_channel_in_common",
        ),
        ({"groups": [_leads("a", "b"), _leads("b", "a")]}, "groups[0].whenFull.group", "circle"),
        (
            {"groups": [_group("z"), _leads("a", "b"), _leads("b", "c"), _leads("c", "a")]},
            "groups[1].whenFull.group",
            "circle",
        ),
        ({"groups": [_group("a", hours={"zone": "Mars/Olympus"})]}, "groups[0].hours.zone", "unknown_zone"),
        (
            {"groups": [_group("a", hours={"week": _week((540, 720), (700, 800))})]},
            "groups[0].hours.week[0][1].start",
            "spans_overlap",
        ),
        (
            {"groups": [_group("a", hours={"week": _week((540, 540))})]},
            "groups[0].hours.week[0][0].to",
            "ends_before_it_begins",
        ),
        (
            {"groups": [_group("a", hours={"holidays": [{"day": "2026-02-30"}]})]},
            "groups[0].hours.holidays[0].day",
            "no_such_day",
        ),
        (
            {"groups": [_group("a", hours={"holidays": [{"day": "2026-12-24"}, {"day": "2026-12-24"}]})]},
            "groups[0].hours.holidays[1]",
            "twice",
        ),
        ({"groups": [_group("a")], "agents": [{"id": "ag_2"}]}, "agents[0].id", "unknown_agent"),
        (
            {"groups": [_group("a")], "agents": [{"id": "ag_1", "groups": ["b"]}]},
            "agents[0].groups[0]",
            "unknown_group",
        ),
        (
            {"groups": [_group("a")], "agents": [{"id": "ag_1", "groups": [], "memberships": [{"group": "a"}]}]},
            "agents[0].memberships[0].group",
            "no_member",
        ),
        (
            {"groups": [_group("a")], "agents": [{"id": "ag_1", "skills": [{"skill": "x"}]}]},
            "agents[0].skills[0].skill",
            "unknown_skill",
        ),
        (
            {"groups": [_group("a")], "agents": [{"id": "ag_1", "capacity": {"live": 0, "chat": 0, "message": 0}}]},
            "agents[0].capacity",
            "no_capacity",
        ),
        (
            {
                "groups": [_group("a")],
                "agents": [{"id": "ag_1", "capacity": {"interruptions": [{"busy": "chat", "by": "chat"}]}}],
            },
            "agents[0].capacity.interruptions[0].by",
            "interrupts_itself",
        ),
        ({"groups": [_group("a")], "topics": [{"id": "t", "names": NAMES, "needs": [{"skill": "x"}]}]},
         "topics[0].needs[0].skill", "unknown_skill"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_named(document: Any, where: str, code: str) -> None:
    with pytest.raises(ConfigurationWrong) as wrong:
        check(msgspec.convert(document, SiteDocument), agents={"ag_1"})

    assert [(fault.where, fault.code) for fault in wrong.value.faults] == [(where, code)]
    for language in FAULTS[code].values():
        assert "{" not in language.format(**wrong.value.faults[0].says)


@pytest.mark.parametrize(
    "document",
    [
        {"groups": [_leads("a", "b", "whenTooLong"), _leads("b", "a", "whenTooLong")]},
        {"groups": [_leads("a", "b", "whenFull"), _leads("b", "a", "whenClosed")]},
        {"groups": [_group("a", hours={"week": _week((0, 720), (720, 1440))})]},
        {"groups": [_group("a", needs=[{"skill": "french"}])], "skills": [_SKILL]},
    ],
)
def test_parts_that_fit_are_taken(document: Any) -> None:
    check(msgspec.convert(document, SiteDocument), agents=set())


# What the core hears.


def test_a_profile_chooses_among_what_was_granted_and_adds_nothing() -> None:
    document = SiteDocument(
        groups=tuple(GroupRules(id=name, names=Words(de=name, en=name)) for name in ("a", "b", "c")),
        agents=(RoutingProfile(id="ag_1", groups=("c", "a")), RoutingProfile(id="ag_3", groups=())),
    )
    a, b, c = GroupId("a"), GroupId("b"), GroupId("c")

    site = site_of(document, {AgentId("ag_3"): (a,), AgentId("ag_2"): (a, b, c), AgentId("ag_1"): (a, b)})

    assert [(agent.id, agent.groups) for agent in site.agents] == [("ag_1", (a,)), ("ag_2", (a, b, c))]


def test_a_visitors_choice_asks_for_what_the_site_says() -> None:
    document = msgspec.convert(
        {
            "groups": [_group("a")],
            "topics": [{"id": "loans", "names": NAMES, "needs": [{"skill": "loans", "level": 2, "must": True}]}],
            "languages": [
                {"language": "fr", "needs": [{"skill": "french", "level": 4}, {"skill": "loans", "level": 3}]},
                {"language": "pt-BR", "needs": [{"skill": "brazilian"}]},
            ],
        },
        SiteDocument,
    )

    def needs(topic: str, language: str) -> list[tuple[str, int, bool]]:
        chosen = chosen_needs(document, topic=topic, language=language)
        return [(need.skill, need.level, need.must) for need in chosen]

    assert needs("loans", "fr-CH") == [("french", 4, False), ("loans", 3, True)]
    assert needs("a chair", "en") == []
    assert needs("", "pt-br") == [("brazilian", 1, False)]


# How it is changed.


async def test_a_change_is_a_version_and_counts_at_once(house: House) -> None:
    admin = await office(house)

    reply = await admin.change_group("sales", isOpen=False)

    assert (reply.status, reply.headers["Etag"]) == (200, '"2"')
    assert (await house.call()).said["code"] == "group_closed"
    versions = (await admin.ask("GET", f"{WHOLE}/versions")).said["versions"]
    assert [(one["number"], one["action"], one["subject"]) for one in versions] == [
        (2, "group_changed", "sales"),
        (1, "configuration_seeded", ""),
    ]
    assert versions[0]["actor"] == await agent_id(house, "admin")
    async with house.stores() as stores:
        actions = [entry.action for entry in await stores.audit.entries(SHOP_ID)]
    assert actions[-2:] == ["group_changed", "site_configured"]


async def test_what_was_changed_is_still_so_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await (await office(house)).change_group("sales", isOpen=False, names=NAMES)

    async with running(house.settings, passwords=quick_passwords()) as server, aiohttp.ClientSession() as http:
        again = House(server, http, house.settings)
        assert (await again.call()).said["code"] == "group_closed"
        shown = await again.ask("GET", "/api/v1/sites/shop/availability?lang=de")
        assert shown.said["groups"][0]["name"] == "Reklamation"


async def test_a_change_of_another_version_than_the_one_in_force_is_refused(house: House) -> None:
    admin, other = await office(house), await office(house)
    await other.change_group("sales", maxWaiting=5)

    late = await admin.ask("PUT", WHOLE, (await other.ask("GET", WHOLE)).said, etag='"1"')

    assert (late.status, late.said["code"]) == (412, "version_changed")


async def test_a_change_that_names_no_version_is_refused(house: House) -> None:
    admin = await office(house)
    admin.etag = ""

    reply = await admin.ask("DELETE", "/api/v1/sites/shop/groups/night")

    assert (reply.status, reply.said["code"]) == (428, "version_missing")


async def test_of_changes_at_the_same_time_one_wins(house: House) -> None:
    admin = await office(house)
    now = (await admin.ask("GET", WHOLE)).said

    replies = await asyncio.gather(*(admin.ask("PUT", WHOLE, now, etag='"1"') for _ in range(6)))

    assert sorted(reply.status for reply in replies) == [200] + [412] * 5


@pytest.mark.parametrize(("lang", "says"), [("de", "Eine Strategie „fastest“ gibt es nicht."), ("en", "no strategy")])
async def test_what_is_wrong_is_told_by_field_in_the_readers_language(house: House, lang: str, says: str) -> None:
    admin = await office(house)
    now = (await admin.ask("GET", "/api/v1/sites/shop/groups/sales")).said

    reply = await admin.ask("PUT", "/api/v1/sites/shop/groups/sales", now | {"strategy": "fastest"}, lang=lang)

    assert (reply.status, reply.said["code"]) == (422, "configuration_wrong")
    (error,) = reply.said["errors"]
    assert (error["field"], error["code"]) == ("strategy", "unknown_strategy")
    assert says in error["detail"]
    assert (await admin.ask("GET", WHOLE)).headers["Etag"] == '"1"'


async def test_a_value_out_of_range_names_its_field(house: House) -> None:
    admin = await office(house)
    now = (await admin.ask("GET", WHOLE)).said
    now["groups"][1]["ringMs"] = 2

    reply = await admin.ask("PUT", WHOLE, now)

    assert (reply.status, reply.said["code"]) == (400, "malformed")
    assert reply.said["errors"][0]["field"] == "groups[1].ringMs"


async def test_the_id_in_the_body_is_that_of_the_address(house: House) -> None:
    admin = await office(house)

    reply = await admin.ask("PUT", "/api/v1/sites/shop/skills/french", {"id": "english", "names": NAMES})

    assert (reply.status, reply.said["errors"][0]["code"]) == (422, "another_id")


async def test_skills_and_profiles_are_added_used_and_removed(house: House) -> None:
    admin, anna = await office(house), await agent_id(house, "anna")
    skill, profile = "/api/v1/sites/shop/skills/french", f"/api/v1/sites/shop/agents/{anna}/profile"

    assert (await admin.ask("PUT", skill, _SKILL)).status == 200
    usual = (await admin.ask("GET", profile)).said
    assert (usual["id"], usual["groups"]) == (anna, None)
    has = {"id": anna, "groups": ["sales"], "skills": [{"skill": "french", "level": 7}]}
    assert (await admin.ask("PUT", profile, has)).status == 200
    in_use = await admin.ask("DELETE", skill)
    assert in_use.said["errors"][0]["field"] == "agents[0].skills[0].skill"
    assert (await admin.ask("DELETE", profile)).status == 204
    assert (await admin.ask("DELETE", skill)).status == 204
    assert (await admin.ask("GET", skill)).status == 404
    assert (await admin.ask("DELETE", skill)).status == 404


async def test_nobody_has_a_profile_who_does_not_sign_in_here(house: House) -> None:
    admin = await office(house)

    assert (await admin.ask("GET", "/api/v1/sites/shop/agents/ag_nobody/profile")).status == 404


async def test_going_back_takes_a_former_version_as_a_new_one_without_people_who_are_gone(house: House) -> None:
    admin, anna = await office(house), await agent_id(house, "anna")
    await admin.ask("PUT", f"/api/v1/sites/shop/agents/{anna}/profile", {"id": anna, "groups": ["sales"]})
    await admin.change_group("sales", isOpen=False)
    async with house.stores() as stores:
        await stores.users.remove(anna)

    reply = await admin.ask("POST", f"{WHOLE}/versions/2/roll-back")

    assert (reply.status, reply.headers["Etag"]) == (200, '"4"')
    assert (await house.call()).status == 201
    assert (await admin.ask("GET", f"{WHOLE}/versions/2")).said["configuration"]["agents"][0]["id"] == anna
    assert (await admin.ask("GET", f"{WHOLE}/versions/4")).said["configuration"]["agents"] == []
    assert (await admin.ask("POST", f"{WHOLE}/versions/9/roll-back")).status == 404


async def test_a_configuration_of_many_agents_fits(house: House) -> None:
    admin = await office(house)
    now = (await admin.ask("GET", WHOLE)).said
    now["skills"] = [{"id": f"skill-{number}", "names": NAMES} for number in range(1500)]

    reply = await admin.ask("PUT", WHOLE, now)

    assert reply.status == 200
    assert len(reply.text) > 64 * 1024


@pytest.mark.parametrize("user_name", ["anna", "sofia", "dora"])
async def test_only_administrators_of_the_whole_site_see_and_change_it(house: House, user_name: str) -> None:
    opened = Office(house, *await house.signed_in(user_name))

    seen = await opened.ask("GET", WHOLE)
    changed = await opened.ask("DELETE", "/api/v1/sites/shop/groups/night", etag='"1"')

    assert (seen.status, changed.status) == (403, 403)


async def test_another_sites_configuration_does_not_exist(house: House) -> None:
    admin = await office(house)

    assert (await admin.ask("GET", "/api/v1/sites/bank/configuration")).status == 404


async def test_who_waits_is_judged_by_the_new_rules_at_once(house: House) -> None:
    admin = await office(house)
    assert (await admin.ask("PUT", "/api/v1/sites/shop/skills/french", _SKILL)).status == 200
    assert (await admin.change_group("sales", needs=[{"skill": "french"}])).status == 200

    async with desk(house) as agent, caller(house) as (_, contact):
        assert (await admin.change_group("sales", needs=[])).status == 200
        while (seen := await agent.hear_type("agent.changed"))["desk"]["contact"] is None:
            pass

    assert seen["desk"]["contact"]["id"] == contact


async def test_who_waits_is_told_what_the_group_announces_in_their_language(house: House) -> None:
    admin = await office(house)
    text = {"de": "Gleich sind Sie dran.", "en": "It is nearly your turn."}
    await admin.change_group("sales", announcements=[{"text": text, "afterMs": 5000, "everyMs": 60_000}])

    german = await house.call("the first key", language="de-CH")
    english = await house.call("the second key")

    told = {"text": text["de"], "afterMs": 5000, "everyMs": 60_000}
    assert german.said["announcements"] == [told]
    assert english.said["announcements"] == [told | {"text": text["en"]}]


# How it is kept.


async def test_two_who_save_after_the_same_version_do_not_both_succeed(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "zuruf.sqlite3") as database:
        store = StoredConfiguration(database)
        seed = SiteDocument(groups=(GroupRules(id="a", names=Words(de="A", en="A")),))
        change = Change(at=NOON, actor="system", action="configuration_seeded")

        assert await store.save(SHOP_ID, seed, change, after=0) == 1
        with pytest.raises(VersionConflict):
            await store.save(SHOP_ID, seed, change, after=0)

        kept = await store.newest(SHOP_ID)
        assert kept is not None
        assert (kept.number, kept.document) == (1, seed)
        assert await store.newest(SiteId("bank")) is None
