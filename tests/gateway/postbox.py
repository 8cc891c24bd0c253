"""Where notices arrive in tests: a real mail server, and a program that is posted to."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from acd.ids import ContactId, Millis, SiteId
from gateway.notices.port import Notice, NotSent
from gateway.storage.notices import NoticeKind

NOTICE = Notice(
    key="shop.7.invitation",
    kind=NoticeKind.INVITATION,
    site=SiteId("shop"),
    contact=ContactId("ct_vera"),
    address="vera@mail.example",
    language="de",
    subject="Sie sind an der Reihe: Möbel",
    text="Guten Tag,\n\nhttps://call.example/join#abc\n",
    link="https://call.example/join#abc",
    until=Millis(1_800_000_600_000),
    at=Millis(1_800_000_000_000),
)


@dataclass
class Postbox:
    """The mail that came, and what the server says to the next."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    says: str = "250 OK"
    says_of_recipient: str = "250 OK"
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle_RCPT(  # noqa: N802 - the library's name.
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.says_of_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.says_of_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        if self.says.startswith("2"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
            self.recipients += envelope.rcpt_tos
            async with self._arrived:
                self._arrived.notify_all()
        return self.says

    async def mail(self, number: int = 1) -> EmailMessage:
        """The mail of this number, from 1, once it has come."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.mails) >= number)
        return self.mails[number - 1]

    async def link(self, number: int = 1) -> str:
        """The link in a mail."""
        found = re.search(r"https?://\S+/join#[\w-]+", (await self.mail(number)).get_content())
        assert found is not None
        return found[0]


@asynccontextmanager
async def postbox(tls: ssl.SSLContext | None = None) -> AsyncIterator[Postbox]:
    """A mail server on a free port."""
    box = Postbox()
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(box, hostname="mail.example", loop=loop, tls_context=tls)

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    async with server:
        box.port = server.sockets[0].getsockname()[1]
        yield box


@dataclass
class Receiver:
    """A program that takes notices, and what it says to the next."""

    url: str = ""
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204

    async def take(self, request: web.Request) -> web.Response:
        self.posts.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """It listens on a free port."""
    program = Receiver()
    app = web.Application()
    app.router.add_post("/notices", program.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        program.url = f"http://127.0.0.1:{runner.addresses[0][1]}/notices"
        yield program
    finally:
        await runner.cleanup()


class Pigeon:
    """A way to people that can be told to fail."""

    def __init__(self) -> None:
        self.brought: list[Notice] = []
        self.fails: NotSent | None = None
        self.dies: asyncio.CancelledError | None = None

    async def send(self, notice: Notice) -> None:
        if self.fails is not None:
            raise self.fails
        self.brought.append(notice)
        if self.dies is not None:
            raise self.dies
