"""What it takes to reach somebody who is not on the page. One method; two adapters keep it."""

from dataclasses import dataclass
from typing import Protocol

from acd.ids import ContactId, Millis, SiteId
from gateway.storage.notices import NoticeKind
from signaling.protocol.base import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to be told to one person.

    Attributes:
        key: The same whenever this notice is sent again, and only then: who gets it twice may know.
        address: Where to; personal, never logged.
        text: Plain text, with the link in it.
        link: The same link by itself.
        until: After that the link does not lead to an adviser at once; ``None``: it has no such limit.
    """

    key: str
    kind: NoticeKind
    site: SiteId
    contact: ContactId
    address: str
    language: Language
    subject: str
    text: str
    link: str
    until: Millis | None
    at: Millis


class NotSent(Exception):
    """It could not be handed over.

    Attributes:
        code: Why, for metrics and supervisors; says nothing about the person.
        is_final: Trying again would not help.
    """

    def __init__(self, code: str, *, is_final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final


class Notices(Protocol):
    """A way to people."""

    async def send(self, notice: Notice) -> None:
        """Hand it over. Safe to repeat: its key tells.

        Raises:
            NotSent: If nobody took it.
        """
