import pytest

from tests.acd.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
