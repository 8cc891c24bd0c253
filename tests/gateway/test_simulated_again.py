"""A recorded day, decided again: the same under the same rules, and comparable under others."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from acd.core import Core
from acd.decisions import Decision
from acd.facts import Fact
from acd.ids import Millis
from gateway.cli import cli
from gateway.journal.codec import encode_decision, encode_fact
from gateway.simulation.again import as_text, read_rules, replay
from gateway.simulation.play import Play
from gateway.simulation.record import Record, RecordWrong, people, read_record
from gateway.simulation.scenario import Scenario, ScenarioWrong, prepare
from gateway.simulation.tally import Tally
from tests.gateway.house import open_house

Lines = list[dict[str, Any]]
Keep = Callable[[Lines], Record]

DAY = b"""
hours = 3
[site]
groups = [{ id = "sales", wrap_up_ms = 60000 }]
[[agents]]
count = 5
name = "agent"
groups = ["sales"]
answers = { mean_s = 4 }
misses = 0.02
declines = 0.02
[[arrivals]]
group = "sales"
per_hour = 90
handling = { mean_s = 150 }
wrap_up = { mean_s = 30 }
patience = { mean_s = 90 }
"""


class RecordingCore(Core):
    """Writes down what it is told and decides, as an export has it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = []
        self._positions = count(1)
        self._numbers = count(1)

    def decide(self, fact: Fact, at: Millis) -> list[Decision]:
        position, decisions = next(self._positions), super().decide(fact, at)
        self.lines.append({"site": "demo", "position": position, "at": at, "fact": json.loads(encode_fact(fact))})
        for decision in decisions:
            body = json.loads(encode_decision(decision))
            number = next(self._numbers)
            self.lines.append({"site": "demo", "number": number, "cause": position, "at": at, "decision": body})
        return decisions


@pytest.fixture(scope="module")
def day() -> Lines:
    """The record of a few busy hours."""
    ready = prepare(msgspec.toml.decode(DAY, type=Scenario), folder=Path(), seed=3)
    core, answers = RecordingCore(), Random("answers")
    Play(
        core,
        told=ready.told,
        callers=ready.callers,
        manners=ready.manners,
        chance=lambda *_: answers,
        until=ready.until,
        watch=Tally([], starts=ready.starts, until=ready.until, within_ms=20_000, short_ms=5_000),
    ).run()
    return core.lines


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Read these lines back from a file."""

    def kept(lines: Lines) -> Record:
        file = tmp_path / "record.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return read_record(file, None)

    return kept


def test_a_whole_record_is_decided_the_same_again(day: Lines, keep: Keep) -> None:
    found = replay(keep(day), None)

    assert found.again is not None
    assert (found.again.differing, found.again.differences) == (0, [])
    assert found.again.facts == sum("fact" in line for line in day)
    assert found.again.decisions == sum("decision" in line for line in day) > 1000
    assert "Every decision is the same." in as_text(found)


def test_a_decision_that_is_another_now_is_shown_with_its_place(day: Lines, keep: Keep) -> None:
    changed = json.loads(json.dumps(day))
    offer = next(line for line in changed if "decision" in line and line["decision"][0] == "MakeOffer")
    offer["decision"][1]["expires_at"] += 1

    again = replay(keep(changed), None).again

    assert again is not None
    assert again.differing == 1
    assert again.differences[0].position == offer["cause"]
    assert again.differences[0].recorded != again.differences[0].decided


def test_a_fact_that_was_set_aside_causes_nothing_again(day: Lines, keep: Keep) -> None:
    aside = {"site": "demo", "position": 10**6, "at": day[-1]["at"], "fact": day[0]["fact"], "setAside": "broke"}

    again = replay(keep([*day, aside]), None).again

    assert again is not None
    assert again.differing == 0


def test_the_model_under_the_rules_of_then_comes_close_to_what_was(day: Lines, keep: Keep) -> None:
    (sales,) = replay(keep(day), {}).groups

    assert sales.recorded.offered == sales.modelled.offered > 200
    assert sales.modelled == sales.changed, "no new rules, no difference: chance is the same"
    assert sales.modelled.answered == pytest.approx(sales.recorded.answered, rel=0.1)
    assert sales.modelled.asa_s == pytest.approx(sales.recorded.asa_s, rel=0.5)


def test_other_rules_show_what_they_change(day: Lines, keep: Keep) -> None:
    staff = [{"id": f"agent_{number}", "groups": []} for number in (1, 2)]

    found = replay(keep(day), {"agents": staff})

    (sales,) = found.groups
    assert sales.changed.answered < sales.modelled.answered
    assert found.other_agent > 0
    assert found.other_end > 0
    assert found.changed[0].after.agent not in {"agent_1", "agent_2"}
    text = as_text(found)
    assert "recorded" in text
    assert f"{found.other_agent:,} contacts went to another agent" in text
    assert found.changed[0].contact in text


def test_callers_bring_along_what_the_record_knows_of_them(day: Lines, keep: Keep) -> None:
    found = people(keep(day))

    happened = {caller.request.contact: caller for caller in found.happened}
    for caller in found.callers(seed=1):
        recorded = happened[caller.request.contact]
        assert caller.patience_ms is not None
        if recorded.answered_at is None:
            assert caller.patience_ms == recorded.wait_ms, "who left had as much patience as they had"
        else:
            assert caller.patience_ms >= recorded.wait_ms, "who was answered had at least as much"
            assert recorded.ended_at is not None, recorded.outcome
            assert caller.handling_ms == recorded.ended_at - recorded.answered_at
    assert {manner.answers(Random(1)) > 0 for manner in found.manners.values()} == {True}


def test_a_record_without_its_beginning_is_played_but_not_decided_again(day: Lines, keep: Keep) -> None:
    configured = day.index(next(line for line in day if "fact" in line and line["fact"][0] == "SiteConfigured"))
    half = [line for line in day if (line.get("position") or line["cause"]) > 1000]
    rules = {**day[configured], "position": 1000}

    found = replay(keep([rules, *half]), {})

    assert found.again is None
    assert "begins at position 1000" in as_text(found)
    assert found.groups[0].modelled.answered == pytest.approx(found.groups[0].recorded.answered, rel=0.15)
    with pytest.raises(RecordWrong, match="no rules in the record"):
        replay(keep(half), {})


async def test_what_a_server_exported_is_decided_the_same_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, rules = tmp_path / "record.jsonl", tmp_path / "rules.toml"
    rules.write_text('[[site.groups]]\nid = "sales"\nring_ms = 1000\n')
    async with open_house(tmp_path) as house:
        await house.call()
        monkeypatch.setenv("ZURUF_DATA_DIR", str(house.settings.data_dir))
        assert CliRunner().invoke(cli, ["journal", "export", str(record)]).exit_code == 0

    result = CliRunner().invoke(cli, ["simulate", "--journal", str(record), "--rules", str(rules)])

    assert result.exit_code == 0, result.output
    assert "Every decision is the same." in result.output
    assert "as it plays it under the new rules" in result.output


def test_the_command_fails_when_something_else_is_decided(day: Lines, keep: Keep, tmp_path: Path) -> None:
    keep([line for line in day if line.get("number") != 500])

    result = CliRunner().invoke(cli, ["simulate", "--journal", str(tmp_path / "record.jsonl")])

    assert result.exit_code == 1
    assert "something else is decided now" in result.output


def test_a_file_that_is_no_record_is_refused_with_its_line(tmp_path: Path, keep: Keep, day: Lines) -> None:
    file = tmp_path / "other.jsonl"
    for text, complaint in (
        ("no json", "line 1"),
        ('{"site": "demo", "position": 1, "at": 0, "fact": ["Moonrise", {}]}', "no such kind: Moonrise"),
        ('{"site": "demo", "cause": 7, "at": 0, "decision": ["FreeSlot", {"agent": "a"}]}', "line 1"),
        ("", "the file has none"),
    ):
        file.write_text(text)
        with pytest.raises(RecordWrong, match=complaint):
            read_record(file, None)
    with pytest.raises(RecordWrong, match="No such file"):
        read_record(tmp_path / "none", None)
    with pytest.raises(RecordWrong, match="Say which site"):
        keep([*day[:1], {**day[0], "site": "shop"}])


def test_rules_may_stand_in_a_scenario_or_alone(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    for text in ('[site]\ngroups = [{ id = "sales" }]', 'groups = [{ id = "sales" }]'):
        file.write_text(text)
        assert read_rules(file) == {"groups": [{"id": "sales"}]}
    file.write_text("groups = ")
    with pytest.raises(ScenarioWrong, match=r"rules\.toml"):
        read_rules(file)


def test_options_that_do_not_go_together_are_refused() -> None:
    def said(*words: str) -> str:
        result = CliRunner().invoke(cli, ["simulate", *words])
        assert result.exit_code == 1
        return result.stderr

    assert "Name a scenario, or a --journal" in said("a.toml", "--journal", "b.jsonl")
    assert "--rules and --site go with --journal" in said("a.toml", "--rules", "b.toml")
    assert "go with a scenario" in said("--journal", "a.jsonl", "--report", "b.html")
