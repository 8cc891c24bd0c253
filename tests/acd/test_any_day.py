"""Whatever happens, in whatever order: see :mod:`tests.acd.any_day`."""

import pytest
from hypothesis import Phase, settings

from tests.acd.any_day import AnyDay

# Making an example small takes minutes. A short run shows what it found as it is; what it found
# is remembered, and the soak profile makes it small.
IS_LONG = settings.get_current_profile_name() == "soak"

TestAnyDay = pytest.mark.timeout(600)(AnyDay.TestCase)
TestAnyDay.settings = settings(
    stateful_step_count=50,
    phases=tuple(Phase) if IS_LONG else [Phase.reuse, Phase.generate],
)
