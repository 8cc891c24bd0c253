"""What random days are worth: cores that are wrong in ways cores have been wrong are noticed."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.acd.any_day import AnyDay
from tests.acd.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in MUTANTS])
def test_a_core_that_is_wrong_is_noticed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.put_in_place(monkeypatch)
    one_look = settings(
        max_examples=250, stateful_step_count=50, phases=[Phase.generate], database=None, derandomize=True
    )

    class Such(AnyDay):
        themes = mutant.themes or AnyDay.themes

    # Who goes on from a wrong state may also stumble.
    with pytest.raises((AssertionError, LookupError)):
        run_state_machine_as_test(Such, settings=one_look)
