"""TURN: credentials that expire.

Credentials are those of coturn's ``use-auth-secret``: the user name carries when they
expire, the password is its HMAC, so the TURN server needs no list of anybody. The
session's id makes quotas count per browser. The secret itself never leaves here.
"""

import base64
import hmac

from acd.ids import Millis, SessionId
from gateway.settings import Turn
from signaling.ports import IceServer


class TurnServers:
    """Implements :class:`signaling.ports.IceServers` from settings."""

    def __init__(self, turn: Turn) -> None:
        self._stun = tuple(url for url in turn.urls if url.startswith("stun"))
        self._turn = tuple(url for url in turn.urls if url.startswith("turn"))
        self._secret = turn.secret.get_secret_value().encode() if turn.secret else b""
        self._ttl_ms = turn.ttl_seconds * 1000

    def issue(self, session: SessionId, at: Millis) -> tuple[tuple[IceServer, ...], Millis | None]:
        """Servers with fresh credentials, and when these expire (``None``: never, there are none)."""
        servers = (IceServer(urls=self._stun),) if self._stun else ()
        if not self._turn:
            return servers, None
        expires_s = (at + self._ttl_ms) // 1000
        username, credential = turn_credentials(self._secret, session, expires_s)
        turn = IceServer(urls=self._turn, username=username, credential=credential)
        return (*servers, turn), Millis(expires_s * 1000)


def turn_credentials(secret: bytes, name: str, expires_s: int) -> tuple[str, str]:
    """User name and password that coturn accepts until then (seconds since the epoch)."""
    username = f"{expires_s}:{name}"
    return username, base64.b64encode(hmac.digest(secret, username.encode(), "sha1")).decode()
