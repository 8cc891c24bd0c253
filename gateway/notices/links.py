"""The link of a callback: one for the whole life of the contact, in every notice about it.

A new one with each invitation would leave whoever opens the older mail in front of a closed
door, on the day on which they are waited for. The token is made from the server's secret
and the contact, so it need not be kept anywhere; the database knows its hash only.
"""

import base64
import hashlib
import hmac

from acd.ids import ContactId, SiteId


class CallbackLinks:
    """Makes links and recognises them.

    Args:
        secret: The server's.
        url: Where browsers reach it, without a slash at the end.
    """

    def __init__(self, secret: bytes, url: str) -> None:
        self._key = hmac.digest(secret, b"callback link", "sha256")
        self._url = url

    def token(self, site: SiteId, contact: ContactId) -> str:
        """256 bits that nobody can guess."""
        made = hmac.digest(self._key, f"{site} {contact}".encode(), "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def link(self, site: SiteId, contact: ContactId) -> str:
        """The address to send. The token stands behind ``#``: it is in nobody's logs."""
        return f"{self._url}/join#{self.token(site, contact)}"


def hash_of(token: str) -> bytes:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).digest()
