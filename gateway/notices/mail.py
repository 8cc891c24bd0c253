"""Notices by mail, through the operator's SMTP server."""

import asyncio
import datetime as dt
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final, Literal

from gateway.notices.port import Notice, NotSent

_WITHIN_S: Final = 20.0
_PERMANENT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom.

    Attributes:
        tls: ``starttls`` raises a plain connection to TLS and goes no further without; ``tls`` begins with it.
        sender: As in ``Shop <service@shop.example>``.
        trust: Whose certificates are good; ``None``: what the system says.
    """

    host: str
    port: int
    sender: str
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    trust: ssl.SSLContext | None = None


class MailNotices:
    """Implements :class:`gateway.notices.port.Notices`. Each notice has a connection of its own, in a thread."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, notice: Notice) -> None:
        """See :meth:`gateway.notices.port.Notices.send`."""
        await asyncio.to_thread(self._hand_over, letter(notice, self._server.sender), notice.address)

    async def check(self) -> None:
        """Connect and sign in, and send nothing.

        Raises:
            NotSent: If that does not work.
        """
        await asyncio.to_thread(self._greet)

    def _greet(self) -> None:
        with _in_words(), self._connected() as smtp:
            smtp.noop()

    def _hand_over(self, message: EmailMessage, address: str) -> None:
        with _in_words(), self._connected() as smtp:
            smtp.send_message(message, from_addr=parseaddr(self._server.sender)[1], to_addrs=[address])

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=_WITHIN_S, context=server.trust or ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=_WITHIN_S)
        try:
            if server.tls == "starttls":
                smtp.starttls(context=server.trust or ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as why:
        code = next(iter(why.recipients.values()))[0]
        raise NotSent("recipient_refused", is_final=code >= _PERMANENT) from None
    except smtplib.SMTPAuthenticationError:
        raise NotSent("sign_in_refused") from None
    except smtplib.SMTPNotSupportedError:
        raise NotSent("not_supported") from None
    except smtplib.SMTPResponseException as why:
        raise NotSent(f"smtp_{why.smtp_code}", is_final=why.smtp_code >= _PERMANENT) from None
    except ssl.SSLError:
        raise NotSent("certificate") from None
    except (smtplib.SMTPException, OSError):
        raise NotSent("unreachable") from None


def letter(notice: Notice, sender: str) -> EmailMessage:
    """The notice as a mail."""
    name, address = parseaddr(sender)
    user, _, domain = address.rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{notice.key}@{domain}>"
    message["Date"] = format_datetime(dt.datetime.fromtimestamp(notice.at / 1000, dt.UTC))
    message["From"] = Address(name, user, domain)
    message["To"] = Address(addr_spec=notice.address)
    message["Subject"] = notice.subject
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = notice.language
    message.set_content(notice.text)
    return message
