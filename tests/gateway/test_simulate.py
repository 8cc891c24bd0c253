"""A day that did not happen is played by the rules, counted honestly and told clearly."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import cli
from gateway.simulation.report import Figures, GroupFigures, as_text
from gateway.simulation.run import simulate
from gateway.simulation.scenario import ScenarioWrong, read_scenario

Play = Callable[..., Figures]

ONE_AGENT = """
hours = 1
[site]
groups = [{ id = "sales", wrap_up_ms = 60000 }]
[[agents]]
name = "ana"
groups = ["sales"]
"""
THREE_CALLERS = "at,group,handling_s,wrap_up_s,patience_s\n0,sales,30,0,\n10,sales,30,5,\n00:00:20,sales,30,0,25\n"
BUSY = """
hours = 2
[site]
groups = [{ id = "sales" }, { id = "support" }]
[[agents]]
count = 10
name = "agent"
groups = ["sales", "support"]
answers = { mean_s = 4 }
misses = 0.05
declines = 0.05
[[arrivals]]
group = "sales"
per_hour = 80
handling = { mean_s = 200, shape = "lognormal", deviation_s = 100 }
wrap_up = { mean_s = 20, shape = "fixed" }
patience = { mean_s = 60 }
[[arrivals]]
group = "support"
channel = "video"
per_hour = 40
patience = { mean_s = 60 }
"""


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Play a scenario; callers, if given, are those of the file it names."""

    def played(scenario: str, callers: str = "", *, seed: int | None = None, name: str = "day.csv") -> Figures:
        (tmp_path / "scenario.toml").write_text(scenario)
        (tmp_path / name).write_text(callers)
        return simulate(read_scenario(tmp_path / "scenario.toml"), folder=tmp_path, seed=seed)

    return played


def test_given_callers_wait_as_long_as_a_pencil_says(play: Play) -> None:
    found = play(ONE_AGENT + '[[arrivals]]\nfile = "day.csv"', THREE_CALLERS)

    # The first talks from 0 to 30. The second waits from 10 to 30. The third would be next
    # at 65, after five seconds of wrap-up, but leaves at 45.
    (sales,) = found.groups
    assert (sales.offered, sales.answered, sales.abandoned, sales.short_abandons) == (3, 2, 1, 0)
    assert sales.asa_s == 10
    assert sales.service_level == 2 / 3
    assert (sales.p50_s, sales.p90_s, sales.longest_s) == (0, 20, 20)
    assert found.occupancy == pytest.approx(65 / 3600)
    assert found.agent_hours == pytest.approx(1)
    first = sales.spans[0]
    assert first.mean_waiting == pytest.approx((20 + 25) / 900)
    assert first.most_waiting == 2
    assert found.open_at_end == 0


def test_callers_may_be_given_as_json_with_whatever_the_core_lets_them_ask_for(play: Play) -> None:
    row = {"at": 5, "group": "sales", "handling_s": 1, "channel": "video", "visitor": "same"}
    rows = "\n".join(json.dumps({**row, "at": at}) for at in (5, 5.5))

    found = play(ONE_AGENT + '[[arrivals]]\nfile = "day.jsonl"', rows, name="day.jsonl")

    # The second is the same visitor, who already has a contact open.
    assert found.groups[0].answered == 1
    assert found.groups[0].other_ends == {"too_many_open": 1}


def test_the_same_seed_gives_the_same_day_and_another_seed_another(play: Play) -> None:
    assert play(BUSY, seed=7) == play(BUSY, seed=7)
    assert play(BUSY, seed=7).groups != play(BUSY, seed=8).groups


def test_every_caller_is_counted_once_and_groups_add_up(play: Play) -> None:
    found = play(BUSY)

    everything, *groups = found.groups
    assert [group.group for group in groups] == ["sales", "support"]
    for group in found.groups:
        assert group.offered == group.answered + group.abandoned + sum(group.other_ends.values()) > 50
        assert group.offered == sum(span.offered for span in group.spans)
        assert group.answered == sum(span.answered for span in group.spans)
    assert everything.offered == sum(group.offered for group in groups)
    assert everything.longest_s == max(group.longest_s or 0 for group in groups)
    assert found.open_at_end == 0


def test_who_lets_it_ring_is_back_after_the_time_given(play: Play) -> None:
    rings = ONE_AGENT.replace('name = "ana"', 'name = "ana"\nmisses = 1.0\nreturns_s = 30')

    found = play(
        rings + '[[arrivals]]\nfile = "day.csv"', "at,group,handling_s,patience_s\n0,sales,30,45\n100,sales,30,15\n"
    )

    # It rings for 20 s, then nobody is there for 30 s; the second offer rings to the new caller.
    assert (found.groups[0].answered, found.groups[0].abandoned) == (0, 2)
    assert found.occupancy == 0
    assert found.agent_hours == pytest.approx((3600 - 30) / 3600), "who hangs up while it rings was not missed"


def test_nobody_is_served_outside_of_shifts(play: Play) -> None:
    day = 'hours = 24\n[site]\ngroups = [{ id = "sales" }]\n[[agents]]\ngroups = ["sales"]\nshifts = ["22:00-06:00"]\n'
    callers = "at,group,handling_s,patience_s\n03:00:00,sales,60,10\n12:00:00,sales,60,10\n23:00:00,sales,60,10\n"

    (sales,) = play(day + '[[arrivals]]\nfile = "day.csv"', callers).groups

    assert [span.at.hour for span in sales.spans if span.answered] == [3, 23]
    assert [span.at.hour for span in sales.spans if span.abandoned] == [12]


def test_callers_come_as_the_profile_of_the_day_says(play: Play) -> None:
    day = BUSY.replace("hours = 2", "hours = 48").replace(
        "per_hour = 80", 'per_hour = [["00:00", 0], ["09:00", 400], ["10:00", 0]]'
    )

    sales = play(day).groups[1]

    by_hour = {hour: sum(span.offered for span in sales.spans if span.at.hour == hour) for hour in range(24)}
    assert {hour for hour, offered in by_hour.items() if offered} == {9}
    assert 800 - 5 * 800**0.5 < by_hour[9] < 800 + 5 * 800**0.5


def test_a_share_of_the_agents_is_that_share_exactly(play: Play) -> None:
    some = ONE_AGENT.replace('name = "ana"', "count = 200").replace(
        'groups = ["sales"]', 'some = [{ share = 0.25, agent = { groups = ["sales"] } }]'
    )
    crowd = "at,group,handling_s,patience_s\n" + "1,sales,60,5\n" * 60

    (sales,) = play(some + '[[arrivals]]\nfile = "day.csv"', crowd).groups

    assert (sales.answered, sales.abandoned) == (50, 10)


def test_what_happens_while_warming_up_is_not_counted(play: Play) -> None:
    found = play("warm_up_hours = 0.005\n" + ONE_AGENT + '[[arrivals]]\nfile = "day.csv"', THREE_CALLERS)

    # 18 s: only the third is counted, and the work after that.
    assert (found.groups[0].offered, found.groups[0].abandoned) == (1, 1)
    assert found.occupancy == pytest.approx((65 - 18) / (3600 - 18))


def test_a_word_that_the_core_does_not_know_is_refused_by_its_place(play: Play) -> None:
    arrivals = '[[arrivals]]\ngroup = "sales"\n'

    for scenario, complaint in (
        (ONE_AGENT.replace("wrap_up_ms", "wrapping_ms") + arrivals, "no site.groups.wrapping_ms"),
        (ONE_AGENT.replace("60000", "'long'") + arrivals, "site: Expected `int`"),
        (ONE_AGENT + arrivals + 'request = { moon = "full" }', "no request.moon"),
        (ONE_AGENT + arrivals + "per_hors = 3", "per_hors"),
        (ONE_AGENT + '[[arrivals]]\ngroup = "moon"', "no group 'moon'"),
        (ONE_AGENT + '[[arrivals]]\nfile = "away.csv"', "away.csv"),
        (ONE_AGENT + arrivals + 'per_hour = [["25:00", 3]]', "pattern|matching"),
    ):
        with pytest.raises(ScenarioWrong, match=complaint):
            play(scenario)
    with pytest.raises(ScenarioWrong, match="no group 'moon'"):
        play(ONE_AGENT + '[[arrivals]]\nfile = "day.csv"', "at,group,handling_s\n0,moon,1\n")


def test_where_theory_knows_nothing_the_report_says_why(play: Play) -> None:
    text = as_text(play(BUSY))

    assert "do not apply: there are several groups; callers do not come at one constant rate; " in text
    assert "offers ring, or are not always accepted." in text


def test_where_theory_knows_something_it_stands_beside_what_was_played(play: Play) -> None:
    plain = ONE_AGENT.replace('name = "ana"', "count = 3") + '[[arrivals]]\ngroup = "sales"\nper_hour = 50\n'

    patient, endless = play(plain + "patience = { mean_s = 120 }"), play(plain)
    crowded = play(plain.replace("= 50", "= 70"))
    small = play(plain.replace("wrap_up_ms = 60000", "max_waiting = 2"))

    assert patient.theory.formula == "Erlang A (3 agents, 2.5 erlang, handling 180 s, patience 120 s)"
    assert endless.theory.formula == "Erlang C (3 agents, 2.5 erlang, handling 180 s)"
    assert [row.figure for row in endless.theory.compared] == [
        "waits at all",
        "mean wait, s",
        "ASA, s",
        "abandoned",
        "answered within 20 s, of all",
        "occupancy",
    ]
    assert small.theory.why_not == ("the group has rules of its own (max_waiting)",)
    assert crowded.theory.why_not == ("more load than agents, and nobody hangs up: the line grows for ever",)


def test_the_command_writes_text_a_page_and_json(tmp_path: Path) -> None:
    scenario, page, figures = tmp_path / "busy.toml", tmp_path / "busy.html", tmp_path / "busy.json"
    scenario.write_text(BUSY)

    result = CliRunner().invoke(cli, ["simulate", str(scenario), "--report", str(page), "--json", str(figures)])

    assert result.exit_code == 0, result.output
    assert "Service level: answered within 20 s, of all contacts that were answered or abandoned" in result.output
    assert "Waiting over the day" in result.output
    html = page.read_text("utf-8")
    assert html.count("<svg") == 3 * 4
    assert not any(word in html for word in ("<script", "http:", "https:", "@import", "url("))
    groups: list[GroupFigures] = json.loads(figures.read_text("utf-8"))["groups"]
    assert len(groups) == 3


def test_the_command_plays_fewer_hours_and_another_seed_if_told(tmp_path: Path) -> None:
    scenario = tmp_path / "busy.toml"
    scenario.write_text(BUSY)

    result = CliRunner().invoke(cli, ["simulate", str(scenario), "--hours", "0.5", "--seed", "9", "--json", "-"])

    found = json.loads(result.stdout)
    assert (found["hours"], found["seed"]) == (0.5, 9)


def test_the_command_says_what_it_cannot_do(tmp_path: Path) -> None:
    def said(*words: str) -> str:
        result = CliRunner().invoke(cli, ["simulate", *words])
        assert result.exit_code == 1
        return result.stderr

    assert "Name a scenario" in said()
    assert "No such file" in said(str(tmp_path / "none.toml"))
    assert "ends in .html" in said("x.toml", "--report", "x.png")


def test_only_agents_with_the_skill_answer_until_it_is_asked_for_less(play: Play) -> None:
    skilled = ONE_AGENT.replace('name = "ana"', "count = 4").replace(
        "wrap_up_ms = 60000",
        'needs = [{ skill = "welsh", level = 3 }], skip_hopeless = false, '
        "relaxations = [{ after_ms = 60000 }], wrap_up_ms = 0",
    )
    some = 'some = [{ share = 0.5, agent = { skills = [{ skill = "welsh", level = 3 }] } }]\n'
    crowd = "at,group,handling_s,patience_s\n" + "1,sales,600,\n" * 4

    (sales,) = play(skilled + some + '[[arrivals]]\nfile = "day.csv"', crowd).groups

    assert (sales.p50_s, sales.longest_s) == (0, 60)


def test_a_wrap_up_that_asks_for_a_code_gets_one(play: Play) -> None:
    mandatory = ONE_AGENT.replace("wrap_up_ms = 60000", 'wrap_up = "mandatory", codes = ["sold", "lost"]')

    found = play(mandatory + '[[arrivals]]\nfile = "day.csv"', THREE_CALLERS.replace(",25\n", ",\n"))

    assert found.groups[0].answered == 3
    assert found.occupancy == pytest.approx(95 / 3600)


def test_who_overflows_is_counted_where_they_asked_and_waits_where_they_are(play: Play) -> None:
    overflow = (
        'hours = 1\n[site]\ngroups = [{ id = "sales", max_wait_ms = 30000, when_too_long = '
        '{ kind = "group", group = "back" } }, { id = "back" }]\n'
    )
    callers = "at,group,handling_s,patience_s\n0,sales,60,90\n"

    everything, sales, back = play(overflow + '[[arrivals]]\nfile = "day.csv"', callers).groups

    assert (sales.abandoned, back.offered) == (1, 0)
    assert sales.spans[0].mean_waiting == pytest.approx(30 / 900)
    assert back.spans[0].mean_waiting == pytest.approx(60 / 900)
    assert everything.offered == 1


def test_callbacks_are_worked_off_without_counting_as_waits(play: Play) -> None:
    calls = ONE_AGENT.replace("wrap_up_ms = 60000", "callbacks = {}")
    wanted = "per_hour = 20\nrequest = { callback = true }\n"

    (come,) = play(calls + '[[arrivals]]\ngroup = "sales"\n' + wanted).groups
    (stay,) = play(calls + '[[arrivals]]\ngroup = "sales"\ncomes = 0.0\n' + wanted).groups

    assert come.offered == come.other_ends["called_back"] > 5
    assert come.p50_s is None
    assert "called_back" not in stay.other_ends


def test_who_is_offered_something_else_accepts_as_often_as_told(play: Play) -> None:
    asked = ONE_AGENT.replace(
        "wrap_up_ms = 60000",
        'channels = ["voice", "message"], max_wait_ms = 30000, when_too_long = { kind = "message" }',
    ).replace('groups = ["sales"]', "groups = []")
    arrivals = '[[arrivals]]\ngroup = "sales"\nper_hour = 30\npatience = { mean_s = 120, shape = "fixed" }\n'

    (yes,) = play(asked + arrivals + "accepts = 1.0").groups
    (no,) = play(asked + arrivals).groups

    assert yes.offered == yes.other_ends["chose_message"] > 10
    assert no.offered == no.abandoned > 10
