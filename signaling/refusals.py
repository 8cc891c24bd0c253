"""Every way of saying no to a browser.

A refusal is not a fault: the request was understood, or found unreadable, and nothing was
done. Codes are stable; the words people read are made from them in the browser.
"""

from typing import ClassVar, Final

from signaling.protocol.answers import RefusalCode
from signaling.protocol.attach import ConnectRefusalCode


class Refusal(Exception):
    """Base of all of them: what was asked is not done."""

    code: ClassVar[RefusalCode]
    retryable: ClassVar[bool] = False
    retry_after_ms: int | None = None


class Malformed(Refusal):
    """The message could not be read: a field is missing, too long or of the wrong type."""

    code = "malformed"


class UnknownType(Refusal):
    """This server does not know the type of message; it may be too old for it."""

    code = "unknown_type"


class NotAllowed(Refusal):
    """This role never may, or this contact's media policy forbids it."""

    code = "not_allowed"


class NotNow(Refusal):
    """Not in this phase of the contact, or the other end is not there yet."""

    code = "not_now"


class NotYours(Refusal):
    """The contact is somebody else's, or over. Drop what belongs to it."""

    code = "not_yours"


class StaleEpoch(Refusal):
    """The contact was assigned anew since. Drop the media of the old assignment."""

    code = "stale_epoch"


class StaleGeneration(Refusal):
    """One of the two pages was loaded anew since. Start over with a new connection."""

    code = "stale_generation"


class OfferGone(Refusal):
    """Too late: the offer no longer rings at this agent."""

    code = "offer_gone"


class ContactGone(Refusal):
    """The contact is already over."""

    code = "contact_gone"


class TooManyRequests(Refusal):
    """Faster than allowed. The connection stays; wait for the time given."""

    code = "too_many_requests"
    retryable = True

    def __init__(self, retry_after_ms: int) -> None:
        self.retry_after_ms = retry_after_ms


class BadSignal(Refusal):
    """The session description or candidate is not one, is too large, or points where it must not."""

    code = "bad_signal"


class Busy(Refusal):
    """More waits, for us or for the other end, than can be taken on. Nothing was done; repeat with the same id."""

    code = "busy"
    retryable = True
    retry_after_ms = 1_000


class NoTarget(Refusal):
    """Nobody is there to hand the contact on to: the group closed, or the agent is away. Ask for targets anew."""

    code = "no_target"


class NotAble(Refusal):
    """The page at the other end is of an older release and cannot do that. It can once it is loaded anew."""

    code = "not_able"


class Pending(Refusal):
    """It is written down but not decided yet. Repeat with the same id to learn the outcome."""

    code = "pending"
    retryable = True
    retry_after_ms = 1_000


class Internal(Refusal):
    """A fault on our side, noted in the log. Repeating the request may help."""

    code = "internal"
    retryable = True
    retry_after_ms = 1_000


REFUSALS: Final[tuple[type[Refusal], ...]] = (
    Malformed,
    UnknownType,
    NotAllowed,
    NotNow,
    NotYours,
    StaleEpoch,
    StaleGeneration,
    OfferGone,
    ContactGone,
    TooManyRequests,
    BadSignal,
    Busy,
    NoTarget,
    NotAble,
    Pending,
    Internal,
)
"""All of them, as the reference lists them."""


class ConnectRefusal(Exception):
    """The session could not be taken up."""

    code: ClassVar[ConnectRefusalCode]
    retryable: ClassVar[bool] = False
    retry_after_ms: int | None = None


class MalformedAttach(ConnectRefusal):
    """What was shown at connect could not be read."""

    code = "malformed"


class AttachExpired(ConnectRefusal):
    """There is no such session any more. A caller begins a new contact; an agent's tab connects without a token."""

    code = "session_expired"


class WrongOrigin(ConnectRefusal):
    """The page that connects does not belong to the session's site. Add its origin to the site's list."""

    code = "wrong_origin"


class NotSignedIn(ConnectRefusal):
    """Nobody is signed in with this cookie. Sign in again."""

    code = "not_signed_in"


class AttachSuperseded(ConnectRefusal):
    """Another tab leads for this agent. Reload this one to take over."""

    code = "superseded"


class AttachDraining(ConnectRefusal):
    """This process is about to stop. Connect again, wherever that leads."""

    code = "draining"
    retryable = True

    def __init__(self, retry_after_ms: int) -> None:
        self.retry_after_ms = retry_after_ms


class AttachBusy(ConnectRefusal):
    """Nobody decides at the moment, or the store is away. Connect again a little later."""

    code = "busy"
    retryable = True
    retry_after_ms = 1_000


class TooManyConnects(ConnectRefusal):
    """Too many connections from there at once. Wait for the time given."""

    code = "too_many_requests"
    retryable = True

    def __init__(self, retry_after_ms: int) -> None:
        self.retry_after_ms = retry_after_ms


class AttachFault(ConnectRefusal):
    """A fault on our side, noted in the log."""

    code = "internal"
    retryable = True
    retry_after_ms = 2_000


CONNECT_REFUSALS: Final[tuple[type[ConnectRefusal], ...]] = (
    MalformedAttach,
    AttachExpired,
    WrongOrigin,
    NotSignedIn,
    AttachSuperseded,
    AttachDraining,
    AttachBusy,
    TooManyConnects,
    AttachFault,
)
"""All of them, as the reference lists them."""
