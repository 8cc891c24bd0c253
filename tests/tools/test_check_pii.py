"""Logs hold neither secrets nor unmarked personal data."""

from pathlib import PurePath

import pytest

from tools.check_pii import complaints


def told(call: str) -> list[str]:
    return list(complaints({PurePath("gateway/http/routes.py"): f"{call}\n"}))


@pytest.mark.parametrize(
    "call",
    [
        "log.info('offer_expired', contact=contact, waited_ms=3)",
        "self._log.warning('address_refused', **{'pii.address': address})",
        "log.bind(site=site).info('x')",
        "catalogue.info(name)",
    ],
)
def test_a_clean_call_passes(call: str) -> None:
    assert told(call) == []


@pytest.mark.parametrize(
    "call",
    [
        "log.info(f'{contact} expired')",
        "log.info('Offer expired')",
        "log.info('offer_expired', contact, 3)",
        "log.info(event)",
    ],
)
def test_an_event_that_varies_is_refused(call: str) -> None:
    assert len(told(call)) == 1


@pytest.mark.parametrize(
    "call",
    [
        "log.info('asked', name=name)",
        "log.info('asked', display_name=name)",
        "log.bind(ip=address)",
        "logger.error('asked', **{'visitor.email': email})",
    ],
)
def test_personal_data_without_its_mark_is_refused(call: str) -> None:
    assert len(told(call)) == 1


@pytest.mark.parametrize(
    "call",
    [
        "log.debug('attached', token=token)",
        "log.debug('attached', **{'pii.session_token': token})",
        "log.debug('offered', sdp=sdp)",
    ],
)
def test_a_secret_is_refused_even_when_marked(call: str) -> None:
    assert len(told(call)) == 1


@pytest.mark.parametrize("call", ["log.info('asked', **fields)", "log.info('asked', **{key: 1})"])
def test_keys_that_cannot_be_read_are_refused(call: str) -> None:
    assert len(told(call)) == 1
