"""What the server says to any client: replies, refusals, farewells."""

from typing import Literal

from signaling.protocol.base import Count, Message, RequestNumber

RefusalCode = Literal[
    "malformed",
    "unknown_type",
    "not_allowed",
    "not_now",
    "not_yours",
    "stale_epoch",
    "stale_generation",
    "offer_gone",
    "contact_gone",
    "too_many_requests",
    "bad_signal",
    "busy",
    "no_target",
    "not_able",
    "pending",
    "internal",
]


class Reply(Message, frozen=True, tag="reply"):
    """The request with this id is done."""

    id: RequestNumber
    """Of the request."""


class Refused(Message, frozen=True, tag="refused"):
    """No: either the request cannot be granted, or it could not be read.

    ``id`` is null when the request could not be read that far. ``retry_after_ms`` is set
    when the same request may succeed later.
    """

    id: RequestNumber | None
    """Of the request, if it could be read."""
    code: RefusalCode
    """Why not; see the list of refusals."""
    retryable: bool
    """Whether the same request, with the same id, may succeed later."""
    retry_after_ms: Count | None
    """Not before so long."""


class Superseded(Message, frozen=True, tag="superseded"):
    """Another tab or page took this session over. This socket closes; do not attach again by itself."""


class Draining(Message, frozen=True, tag="draining"):
    """This process stops; attach again after the time given, wherever you land."""

    retry_after_ms: Count
    """Connect again after so long."""
