"""What all messages share, and the words that more than one of them uses."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Language = Literal["de", "en"]
Channel = Literal["voice", "video", "chat", "message"]
MediaPolicy = Literal["direct", "relay", "record"]
Party = Literal["caller", "agent"]

# ``$`` alone would let a line end pass in Python.
Identity = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]
"""Any of our ids."""
Token = Annotated[str, Meta(min_length=16, max_length=256, pattern=r"^[A-Za-z0-9_.-]+$(?!\n)")]
"""A bearer secret. Never logged."""
MAIL_PATTERN = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$(?!\n)"
MailAddress = Annotated[str, Meta(max_length=200, pattern=MAIL_PATTERN)]
"""One plain address, nothing around it. Personal: never in a fact, a log or a metric."""
RequestNumber = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[!-~]+$(?!\n)")]
"""A request's id, chosen by the client, unique in its session."""
Code = Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_.-]*$(?!\n)")]
"""An entry of one of the site's lists, by its code; empty for none."""
Count = Annotated[int, Meta(ge=0)]
EpochNumber = Annotated[int, Meta(ge=0)]
"""Which assignment of a contact is meant; a stale one is refused with ``stale_epoch``."""
Generation = Annotated[int, Meta(ge=0)]
"""Which life of a leg is meant: raised when its page reloads."""
MillisUtc = Annotated[int, Meta(ge=0)]
"""A moment: ms since the Unix epoch, UTC, by the server's clock."""


class Message(Struct, frozen=True, kw_only=True, tag_field="type", rename="camel"):
    """Base of everything that crosses a socket."""


class Request(Message, frozen=True, kw_only=True):
    """Base of what a client asks. Each gets one :class:`Reply` or :class:`Refused`; asked again, the same one."""

    id: RequestNumber
    """Chosen by the client, unique on its page."""


class Part(Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of what messages are made of."""
