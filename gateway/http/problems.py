"""What is answered when the answer is no: RFC 9457, a code for programs, words for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import msgspec

from acd.ids import Millis
from gateway.configuration.faults import Fault
from gateway.texts import FAULTS, PROBLEMS
from signaling.protocol.base import Language
from signaling.protocol.rest import Instead, Problem, WrongField

STATUS: Final[Mapping[str, HTTPStatus]] = {
    "malformed": HTTPStatus.BAD_REQUEST,
    "not_signed_in": HTTPStatus.UNAUTHORIZED,
    "token_wrong": HTTPStatus.UNAUTHORIZED,
    "bad_credentials": HTTPStatus.UNAUTHORIZED,
    "wrong_origin": HTTPStatus.FORBIDDEN,
    "attributes_invalid": HTTPStatus.FORBIDDEN,
    "attributes_expired": HTTPStatus.FORBIDDEN,
    "csrf": HTTPStatus.FORBIDDEN,
    "forbidden": HTTPStatus.FORBIDDEN,
    "proof_required": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "site_unknown": HTTPStatus.NOT_FOUND,
    "group_unknown": HTTPStatus.NOT_FOUND,
    "group_closed": HTTPStatus.CONFLICT,
    "group_empty": HTTPStatus.CONFLICT,
    "group_understaffed": HTTPStatus.CONFLICT,
    "group_full": HTTPStatus.CONFLICT,
    "channel_unavailable": HTTPStatus.CONFLICT,
    "too_many_open": HTTPStatus.CONFLICT,
    "not_possible_now": HTTPStatus.CONFLICT,
    "version_changed": HTTPStatus.PRECONDITION_FAILED,
    "version_missing": HTTPStatus.PRECONDITION_REQUIRED,
    "configuration_wrong": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_many_requests": HTTPStatus.TOO_MANY_REQUESTS,
    "locked_out": HTTPStatus.TOO_MANY_REQUESTS,
    "link_unknown": HTTPStatus.NOT_FOUND,
    "link_cancelled": HTTPStatus.GONE,
    "link_expired": HTTPStatus.GONE,
    "link_used": HTTPStatus.GONE,
    "link_in_use": HTTPStatus.CONFLICT,
    "personal_link_unknown": HTTPStatus.NOT_FOUND,
    "personal_link_not_yet_valid": HTTPStatus.CONFLICT,
    "personal_link_used": HTTPStatus.GONE,
    "personal_link_expired": HTTPStatus.GONE,
    "personal_link_revoked": HTTPStatus.GONE,
    "code_wrong": HTTPStatus.NOT_FOUND,
    "too_many_codes": HTTPStatus.CONFLICT,
    "too_many_links": HTTPStatus.CONFLICT,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every code there is, and the status it comes with."""


class Refused(Exception):
    """The request was understood, or not even that, and the answer is no.

    Args:
        code: One of :data:`STATUS`.
        retry_after_ms: When the same request may succeed.
        reason: What is wrong with a malformed one, in English, for whoever writes the program that sent it.
        faults: What is wrong with single fields.
        instead: What a visitor who is not let in may do.
        notice: What the site itself says about it, by language.
    """

    def __init__(
        self,
        code: str,
        *,
        retry_after_ms: Millis | None = None,
        reason: str = "",
        faults: Sequence[Fault] = (),
        instead: Instead | None = None,
        notice: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after_ms = retry_after_ms
        self.reason = reason
        self.faults = faults
        self.instead = instead
        self.notice = notice or {}


def _field(fault: Fault, language: Language) -> WrongField:
    return WrongField(field=fault.where, code=fault.code, detail=FAULTS[fault.code][language].format(**fault.says))


def problem(refused: Refused, language: Language, *, trace: str | None = None) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of a refusal."""
    title, detail = PROBLEMS[refused.code][language]
    seconds = None if refused.retry_after_ms is None else max(1, -(-refused.retry_after_ms // 1000))
    status = STATUS[refused.code]
    body = Problem(
        type=f"urn:zuruf:problem:{refused.code}",
        title=title,
        status=status,
        code=refused.code,
        detail=detail.format(reason=refused.reason, seconds=seconds or 1, trace=trace),
        retry_after=seconds,
        trace=trace,
        answer=refused.instead,
        notice=refused.notice.get(language),
        errors=[_field(fault, language) for fault in refused.faults] or None,
    )
    headers = {"Content-Type": "application/problem+json", "Content-Language": language}
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    return status, msgspec.json.encode(body), headers
