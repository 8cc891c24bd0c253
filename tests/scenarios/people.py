"""Callers and agents without browsers, who do what pages do: hold on, come back, ask again.

Each notes what was acknowledged to them. Whoever loses the socket connects anew at once.
"""

import asyncio
import json
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import aiohttp

from tests.e2e.waiting import until

SITE: Final = "demo"
GROUP: Final = "sales"
PASSWORD: Final = "zuruf-demo"
_SOCKET: Final = "/socket.io/?EIO=4&transport=websocket"
_PAUSE_S: Final = 0.2
_AGAIN_S: Final = 0.05
_ANSWER_S: Final = 8.0
_BACK_S: Final = 20.0
_SAYS_S: Final = 5.0


class Lost(Exception):
    """The socket is gone, or was never there."""


class Refused(Exception):
    """The server said no, and not for now only."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Person:
    """Somebody with a session, and a socket most of the time. Run :meth:`stay` beside."""

    namespace: str
    first_picture: str
    next_picture: str

    def __init__(self, url: str, http: aiohttp.ClientSession, chance: random.Random) -> None:
        self.url = url
        self.http = http
        self.chance = chance
        self.page = secrets.token_hex(8)
        self.token: str | None = None
        self.is_here = False
        self.pictures: dict[str, Any] = {}
        self.letters: list[dict[str, Any]] = []
        self.attaches = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.is_over = False
        self._numbers = 0
        self._news = asyncio.Event()

    async def stay(self) -> None:
        """Hold on until told to go; come back as often as it takes."""
        while True:
            with suppress(Lost, aiohttp.ClientError, OSError, TimeoutError):
                await self._hold_on()
            self.is_here = False
            self._fail_asked()
            await asyncio.sleep(self.chance.uniform(0, _PAUSE_S))

    async def ask(self, kind: str, **fields: object) -> dict[str, Any]:
        """Ask until there is an answer, with the same number each time.

        Raises:
            Refused: If the answer is no.
        """
        self._numbers += 1
        number = f"n{self._numbers}"
        while True:
            await self.until(lambda: self.is_here or self.is_over, saying=f"{self} is attached")
            if self.is_over:
                raise Refused("session_expired")
            answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            self._asked[number] = answered
            try:
                async with asyncio.timeout(_ANSWER_S):
                    await self._say({"type": kind, "id": number, **fields})
                    answer = await answered
            except (Lost, OSError, TimeoutError):
                await asyncio.sleep(_AGAIN_S)
                continue
            finally:
                self._asked.pop(number, None)
            if answer["type"] != "refused":
                return answer
            if not answer["retryable"]:
                raise Refused(answer["code"])
            await asyncio.sleep((answer["retryAfterMs"] or 100) / 1000)

    async def until(self, is_so: Callable[[], bool], *, limit_s: float = _BACK_S, saying: str) -> None:
        """Wait for news that make it so."""
        try:
            async with asyncio.timeout(limit_s):
                while not is_so():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not within {limit_s:g} s: {saying}; last seen: {self.pictures}") from None

    def _auth(self) -> dict[str, Any]:
        return {"token": self.token, "page": self.page, "capabilities": []}

    async def _hold_on(self) -> None:
        async with self.http.ws_connect(
            self.url + _SOCKET, headers={"Origin": self.url}, timeout=aiohttp.ClientWSTimeout(ws_close=0.1)
        ) as self._socket:
            async with asyncio.timeout(_ANSWER_S):
                await self._frame()
                await self._socket.send_str(f"40{self.namespace},{json.dumps(self._auth())}")
            while True:
                await self._hear(await self._frame())

    async def _frame(self) -> str:
        assert self._socket is not None
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise Lost
        return str(message.data)

    async def _hear(self, frame: str) -> None:
        assert self._socket is not None
        if frame == "2":
            await self._socket.send_str("3")
        elif frame.startswith(f"44{self.namespace},"):
            said = json.loads(frame.removeprefix(f"44{self.namespace},"))["data"]
            if not said["retryable"]:
                self._turned_away(said["code"])
            await asyncio.sleep(min(said["retryAfterMs"] or 0, 500) / 1000)
            raise Lost
        elif frame.startswith(f"42{self.namespace},"):
            await self._told(json.loads(frame.removeprefix(f"42{self.namespace},"))[1])

    async def _told(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind in ("reply", "refused", "ice.refreshed"):
            asked = self._asked.get(message["id"] or "")
            if asked is not None and not asked.done():
                asked.set_result(message)
        elif kind == self.first_picture:
            self.token = message.get("token", self.token)
            self.pictures = message
            self.attaches += 1
            self.is_here = True
        elif kind == self.next_picture:
            self.pictures = self.pictures | {name: value for name, value in message.items() if value is not None}
            self.pictures["peer"] = message["peer"]
        elif kind == "media.signalled":
            self.letters.append(message)
            await self._say({"type": "ack", "id": f"a{message['number']}-{self.attaches}", "number": message["number"]})
        elif kind in ("superseded", "agent.signed_out"):
            self._turned_away(kind)
        self._news.set()

    def _turned_away(self, code: str) -> None:
        raise AssertionError(f"{self} was turned away: {code}; last seen: {self.pictures}")

    async def _say(self, body: dict[str, Any]) -> None:
        if self._socket is None or self._socket.closed:
            raise Lost
        await self._socket.send_str(f"42{self.namespace},{json.dumps(['m', body])}")

    def _fail_asked(self) -> None:
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(Lost())
        self._news.set()


class Caller(Person):
    """A visitor who asks, and then holds on until the contact has ended."""

    namespace = "/caller"
    first_picture, next_picture = "caller.attached", "caller.changed"

    def __init__(self, url: str, http: aiohttp.ClientSession, chance: random.Random) -> None:
        super().__init__(url, http, chance)
        self.contact = ""
        self.left = False
        self.put_off: list[tuple[int, int]] = []

    def __str__(self) -> str:
        return f"caller {self.contact}"

    @property
    def phase(self) -> str:
        return str(self.pictures["contact"]["phase"]) if self.pictures else "unknown"

    @property
    def ended(self) -> str | None:
        reason: str | None = self.pictures["contact"]["ended"] if self.pictures else None
        return "caller_hung_up" if reason is None and self.is_over else reason

    def _turned_away(self, code: str) -> None:
        # Who was told the end or has left, and comes back because the socket broke, has nothing to come back to.
        if code != "session_expired" or (self.ended is None and not self.left):
            super()._turned_away(code)
        self.is_over = True
        self._news.set()

    async def call(self) -> None:
        """Ask with one key until it is acknowledged."""
        body = {"site": SITE, "group": GROUP, "channel": "voice", "language": "en", "pageUrl": "", "pageTitle": ""}
        headers = {
            "Origin": self.url,
            "Idempotency-Key": secrets.token_hex(16),
            "X-Zuruf-Visitor": secrets.token_hex(16),
        }
        while not self.contact:
            try:
                async with self.http.post(
                    self.url + "/api/v1/contacts",
                    json=body,
                    headers=headers,
                    timeout=aiohttp.ClientTimeout(total=_ANSWER_S),
                ) as answer:
                    if answer.status == 201:
                        created = await answer.json()
                        self.contact, self.token = created["contactId"], created["sessionToken"]
                        return
                    self.put_off.append((answer.status, int(answer.headers.get("Retry-After", "0"))))
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            await asyncio.sleep(self.chance.uniform(0, _PAUSE_S))

    async def talk(self) -> None:
        """Be there until it is over: say when media is there, sometimes hang up first."""
        hangs_up_after = self.chance.uniform(0.2, 1.5) if self.chance.random() < 0.3 else None
        epoch = -1
        while self.ended is None and not self.is_over:
            contact = self.pictures.get("contact")
            if contact is not None and contact["phase"] == "connecting" and contact["epoch"] != epoch:
                epoch = contact["epoch"]
                await self._report(contact)
            elif contact is not None and contact["phase"] == "talking" and hangs_up_after is not None:
                await asyncio.sleep(hangs_up_after)
                self.left = True
                await self._try("contact.leave", contactId=self.contact)
                hangs_up_after = None
            else:
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_SAYS_S):
                        await self._news.wait()
                await self._keep_alive()

    async def _report(self, contact: dict[str, Any]) -> None:
        await self._try("media.state", contactId=contact["id"], epoch=contact["epoch"], state="connected")

    async def _keep_alive(self) -> None:
        contact = self.pictures.get("contact")
        if contact is not None and contact["phase"] == "talking":
            await self._try("media.report", **report_of(contact["id"], contact["epoch"]))

    async def _try(self, kind: str, **fields: object) -> None:
        # The assignment may be over by the time it is heard. Then there is a new picture.
        with suppress(Refused):
            await self.ask(kind, **fields)


class Agent(Person):
    """Somebody who takes every call, and not for long."""

    namespace = "/agent"
    first_picture, next_picture = "agent.attached", "agent.changed"

    def __init__(self, name: str, url: str, http: aiohttp.ClientSession, chance: random.Random) -> None:
        super().__init__(url, http, chance)
        self.name = name
        self.talk_s = (0.2, 1.0)
        self.accepted: set[tuple[str, int]] = set()

    def __str__(self) -> str:
        return f"agent {self.name}"

    @property
    def desk(self) -> dict[str, Any]:
        desk: dict[str, Any] = self.pictures.get("desk", {"contact": None, "routing": "unknown"})
        return desk

    async def sign_in(self) -> None:
        body = {"userName": self.name, "password": PASSWORD}
        async with self.http.post(self.url + "/api/v1/sign-in", json=body, headers={"Origin": self.url}) as answer:
            assert answer.status == 200, await answer.text()
            name, value = answer.headers["Set-Cookie"].partition(";")[0].split("=", 1)
        # Such cookies are for secure pages; browsers count localhost among them, programs do not.
        self.http.headers["Cookie"] = f"{name}={value}"

    async def serve(self) -> None:
        """Take calls until told to go."""
        await self.until(lambda: self.is_here, saying=f"{self} is attached")
        await self.ask("presence.set", presence="available", reason="")
        while True:
            before = self.desk
            await self._do(before)
            if self.desk is before:
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_SAYS_S):
                        await self._news.wait()
                await self._keep_alive()

    async def _do(self, desk: dict[str, Any]) -> None:
        contact = desk["contact"]
        about = {} if contact is None else {"contactId": contact["id"], "epoch": contact["epoch"]}
        with suppress(Refused):
            match desk["routing"]:
                case "offered":
                    await self.ask("offer.accept", **about)
                    self.accepted.add((contact["id"], contact["epoch"]))
                case "connecting":
                    await self.ask("media.state", **about, state="connected")
                case "talking":
                    await asyncio.sleep(self.chance.uniform(*self.talk_s))
                    await self.ask("contact.end", **about)
                case "wrap_up":
                    await self.ask("wrapup.finish", contactId=contact["id"], code="")
                case "not_responding":
                    await self.ask("presence.set", presence="available", reason="")
                case _:
                    pass

    async def _keep_alive(self) -> None:
        with suppress(Refused):
            await self.ask("agent.health", microphone="ok", visible=True)
            contact = self.desk["contact"]
            if contact is not None and self.desk["routing"] == "talking":
                await self.ask("media.report", **report_of(contact["id"], contact["epoch"]))


def report_of(contact: str, epoch: int) -> dict[str, Any]:
    return {
        "contactId": contact,
        "epoch": epoch,
        "connectionState": "connected",
        "bytesSent": 1,
        "bytesReceived": 1,
        "packetsLost": 0,
        "roundTripMs": None,
        "jitterMs": None,
        "relayed": None,
    }


@asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """What one person's pages share."""
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(force_close=True)
    ) as http:
        yield http


async def all_here(people: list[Person], *, limit_s: float) -> None:
    """Until everybody has a socket with a picture."""

    async def look() -> list[str]:
        return [str(person) for person in people if not person.is_here and not person.is_over]

    await until(look, lambda away: not away, limit_s=limit_s, saying="everybody is attached")
