"""From a message's body to its answer: read, judge, handle, remember.

Here is the edge where our own faults are caught: the browser is told ``internal``, the log
has the traceback, and the session goes on.
"""

from typing import Any, Final, get_args

import msgspec
import structlog

from acd.ids import ContactId
from acd.state import State
from signaling.handlers import HANDLERS, Asked
from signaling.hub import SessionHub
from signaling.metrics import SignalingMetrics
from signaling.ports import FloorBusy, StoreAway
from signaling.protocol.agent import AcceptOffer, DeclineOffer
from signaling.protocol.answers import Refused, Reply
from signaling.protocol.base import Message, Request
from signaling.protocol.directions import AgentToServer, CallerToServer
from signaling.protocol.limits import REQUESTS_PER_SECOND
from signaling.protocol.media import MediaReport, MediaStateChanged, SendSignal
from signaling.refusals import (
    Busy,
    Internal,
    Malformed,
    NotAllowed,
    NotYours,
    OfferGone,
    Refusal,
    StaleEpoch,
    TooManyRequests,
    UnknownType,
)
from signaling.sessions import AnySession, Wire

_KNOWN: Final[dict[str, type[Request]]] = {
    str(message.__struct_config__.tag): message for message in get_args(CallerToServer | AgentToServer)
}
_LONGEST_ID: Final = 64
_CALM_S: Final = 1 / REQUESTS_PER_SECOND

_log = structlog.stdlib.get_logger(__name__)


class Undecodable(Exception):
    """The body is not a message of ours. It was refused, as far as that was possible."""


async def receive(hub: SessionHub, session: AnySession, wire: Wire, body: object) -> None:
    """Answer what came in on a socket of the session.

    Raises:
        Undecodable: If it could not be read.
    """
    if session.wire is not wire:
        # Another socket has the session; this one is being closed.
        return
    try:
        request = _read(body)
    except Refusal as refusal:
        hub.means.metrics.requests_refused_total.labels(refusal.code).inc()
        request_id = _id_of(body)
        is_unreadable = isinstance(refusal, Malformed)
        if request_id is not None or is_unreadable:
            await wire.push(_refused(request_id, refusal))
        if is_unreadable:
            raise Undecodable from None
        return
    hub.means.metrics.requests_total.labels(str(request.__struct_config__.tag)).inc()
    async with session.turn:
        if session.wire is not wire:
            return
        asked = Asked(hub, session, request=f"{session.generation}:{request.id}")
        answer = await _answer(request, asked)
        await wire.push(answer)
    if asked.closes:
        # Not awaited: it waits until nobody reads from this socket, and that is us.
        hub.means.start(wire.close())
    elif isinstance(answer, Refused) and answer.code == TooManyRequests.code:
        # Nothing more is read from this socket meanwhile, so a flood waits at its source.
        await hub.means.pause(_CALM_S)


async def refuse_all(metrics: SignalingMetrics, wire: Wire, body: object) -> None:
    """Answer what came in on a socket on which nothing may be said."""
    metrics.requests_refused_total.labels(NotAllowed.code).inc()
    await wire.push(_refused(_id_of(body), NotAllowed()))


async def _answer(request: Request, asked: Asked) -> Message:
    session, metrics = asked.session, asked.hub.means.metrics
    if wait_ms := session.bucket.take(asked.hub.means.clock()):
        metrics.requests_refused_total.labels(TooManyRequests.code).inc()
        return _refused(request.id, TooManyRequests(wait_ms))
    if (before := session.replies.get(request.id)) is not None:
        return before
    try:
        _judge(request, session, asked.state)
        answer = await HANDLERS[type(request)](request, asked) or Reply(id=request.id)
    except Refusal as refused:
        refusal = refused
    except (FloorBusy, StoreAway):
        refusal = Busy()
    except Exception:
        metrics.request_errors_total.inc()
        _log.exception("request_failed", type=str(request.__struct_config__.tag), session=session.id)
        refusal = Internal()
    else:
        session.replies.keep(request.id, answer)
        return answer
    metrics.requests_refused_total.labels(refusal.code).inc()
    _log.info("request_refused", type=str(request.__struct_config__.tag), code=refusal.code, session=session.id)
    answer = _refused(request.id, refusal)
    if not refusal.retryable:
        session.replies.keep(request.id, answer)
    return answer


def _read(body: object) -> Request:
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str):
        raise Malformed
    message = _KNOWN.get(kind)
    if message is None:
        raise UnknownType
    try:
        return msgspec.convert(body, message)
    except (msgspec.ValidationError, RecursionError):
        raise Malformed from None


def _id_of(body: object) -> str | None:
    request_id: Any = body.get("id") if isinstance(body, dict) else None
    return request_id if isinstance(request_id, str) and 0 < len(request_id) <= _LONGEST_ID else None


def _judge(request: Request, session: AnySession, state: State) -> None:
    """Refuse what the session may not say: by role and phase, then by contact, then by epoch."""
    refusal = session.permissions.judge(type(request), session.phase(state))
    if refusal is not None:
        raise refusal
    contact_id: str | None = getattr(request, "contact_id", None)
    if contact_id is None:
        return
    if isinstance(request, SendSignal | MediaStateChanged | MediaReport):
        _judge_leg(request, session, state)
        return
    is_about_offer = isinstance(request, AcceptOffer | DeclineOffer)
    if contact_id != session.contact_id(state):
        raise OfferGone if is_about_offer else NotYours
    epoch: int | None = getattr(request, "epoch", None)
    contact = state.contacts.get(ContactId(contact_id))
    if epoch is not None and contact is not None and contact.epoch != epoch:
        raise OfferGone if is_about_offer else StaleEpoch


def _judge_leg(request: SendSignal | MediaStateChanged | MediaReport, session: AnySession, state: State) -> None:
    """Refuse what is not said of one of the session's connections: by contact, then by epoch."""
    legs = [leg for leg in session.legs(state) if leg.contact.id == request.contact_id]
    if not legs:
        raise NotYours
    if all(leg.epoch != request.epoch for leg in legs):
        raise StaleEpoch


def _refused(request_id: str | None, refusal: Refusal) -> Refused:
    return Refused(id=request_id, code=refusal.code, retryable=refusal.retryable, retry_after_ms=refusal.retry_after_ms)
