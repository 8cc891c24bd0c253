"""Signing in and out, and who one is."""

from typing import Protocol

from gateway.http.edge import COOKIE
from gateway.http.route import Answer, Call, Who
from signaling.protocol.rest import SignedIn, SignIn

_COOKIE_SECONDS = 12 * 60 * 60


class Door(Protocol):
    """Lets people in and out."""

    async def sign_in(self, user_name: str, password: str, *, prefix: str, former: str | None) -> tuple[str, Who]:
        """The cookie's value and who it is. The sign-in of the browser's ``former`` cookie ends.

        Raises:
            Refused: With ``bad_credentials``, ``locked_out`` or ``busy``.
        """

    async def sign_out(self, who: Who) -> None:
        """End this browser's sign-in."""


class Account:
    """The routes of somebody's own sign-in."""

    def __init__(self, *, door: Door) -> None:
        self._door = door

    async def sign_in(self, call: Call) -> Answer:
        """Check the password and set the cookie."""
        asked: SignIn = call.body
        cookie, who = await self._door.sign_in(
            asked.user_name, asked.password, prefix=call.peer.prefix, former=call.request.cookies.get(COOKIE)
        )
        return Answer(_shown(who), headers={"Set-Cookie": _cookie(cookie, _COOKIE_SECONDS)})

    async def sign_out(self, call: Call) -> Answer:
        """End the sign-in and take the cookie back."""
        assert call.who is not None, "the table lets only signed-in people in"
        await self._door.sign_out(call.who)
        return Answer(status=204, headers={"Set-Cookie": _cookie("", 0)})

    async def show(self, call: Call) -> Answer:
        """Who is signed in."""
        assert call.who is not None, "the table lets only signed-in people in"
        return Answer(_shown(call.who))


def _shown(who: Who) -> SignedIn:
    return SignedIn(
        user_id=who.id,
        agent_id=who.id if "agent" in who.roles else None,
        display_name=who.display_name,
        roles=list(who.roles),
        site=who.site,
        csrf=who.csrf,
    )


def _cookie(value: str, seconds: int) -> str:
    return f"{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"
