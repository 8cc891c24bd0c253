"""Looks at what Zuruf needs from its surroundings, before a caller finds out."""

import datetime as dt
import os
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from acd.config import AnswerKind
from acd.ids import SessionId, SiteId
from gateway.app import STATIC
from gateway.auth.doorkeeper import HOUSE
from gateway.clock import Clock, system_clock
from gateway.configuration.document import GroupRules
from gateway.forms import open_database
from gateway.journal.port import JournalUnavailable
from gateway.journal.sqlite import SqliteJournal
from gateway.notices.adapters import chosen
from gateway.notices.mail import MailNotices
from gateway.notices.port import NotSent
from gateway.runtime.wakeups import why_not
from gateway.settings import Settings
from gateway.sites import plan
from gateway.storage.audit import ChainBroken, StoredAudit
from gateway.storage.configuration import StoredConfiguration
from gateway.storage.database import AlreadyServed, SqliteDatabase, StorageUnavailable, served_here
from gateway.storage.directory import StoredDirectory
from gateway.storage.migrate import SchemaIsNewer
from gateway.tls import CertificateUnusable, expiry_of, server_context
from gateway.turn import TurnServers
from gateway.turn_probe import CredentialsRefused, TurnUnreachable, parse_address, probe

_LEAST_BYTES = 50 * 1024**2
_ENOUGH_BYTES = 500 * 1024**2
_EARLIEST = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_BEHIND_MS = 10_000
_EXPIRES_SOON = dt.timedelta(days=14)


class Verdict(Enum):
    """How it looks."""

    GOOD = auto()
    DOUBTFUL = auto()
    BAD = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    says: str


async def examine(
    settings: Settings, *, now: Clock = system_clock, trust: ssl.SSLContext | None = None
) -> list[Finding]:
    """Look at everything. ``trust`` replaces the system's idea of whose certificates are good."""
    is_served = settings.mode == "embedded" and _is_served(settings.database)
    findings = [*_data_dir(settings.data_dir), _port(settings, is_served=is_served)]
    findings += [finding async for finding in _database_and_clock(settings, now)]
    findings += [finding async for finding in _wakeups(settings)]
    findings += list(_certificate(settings, dt.datetime.fromtimestamp(now() / 1000, dt.UTC)))
    findings += [finding async for finding in _turn(settings, now, trust)]
    findings += [finding async for finding in _notices(settings, now)]
    if not (STATIC / "agent" / "index.html").is_file():
        findings.append(Finding("Pages", Verdict.BAD, "are not built. Run `make setup`, or install the wheel."))
    return findings


def _is_served(database: Path) -> bool:
    if not database.exists():
        return False
    try:
        with served_here(database):
            return False
    except AlreadyServed:
        return True


def _data_dir(directory: Path) -> Iterator[Finding]:
    there = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    if not there.is_dir():
        yield Finding("Data", Verdict.BAD, f"{there} is not a directory.")
        return
    if not os.access(there, os.W_OK):
        yield Finding("Data", Verdict.BAD, f"{there} cannot be written by this user.")
        return
    free = shutil.disk_usage(there).free
    says = f"{directory} has {free // 1024**2} MiB free."
    if free < _LEAST_BYTES:
        yield Finding("Data", Verdict.BAD, f"{says} That is too little to go on.")
    elif free < _ENOUGH_BYTES:
        yield Finding("Data", Verdict.DOUBTFUL, f"{says} Make room soon.")
    else:
        yield Finding("Data", Verdict.GOOD, says)


def _port(settings: Settings, *, is_served: bool) -> Finding:
    host, port = settings.server.host, settings.server.port
    if is_served:
        return Finding("Port", Verdict.GOOD, "a server is running on this data directory.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as why:
            return Finding("Port", Verdict.BAD, f"{host}:{port} cannot be listened on: {why.strerror}.")
    return Finding("Port", Verdict.GOOD, f"{host}:{port} is free.")


async def _database_and_clock(settings: Settings, now: Clock) -> AsyncIterator[Finding]:
    at = now()
    shown = dt.datetime.fromtimestamp(at / 1000, dt.UTC)
    if shown < _EARLIEST:
        yield Finding("Clock", Verdict.BAD, f"says {shown:%Y-%m-%d}. Set it, or certificates and credentials fail.")
        return
    if settings.mode == "scaled" or settings.database.exists():
        try:
            async with open_database(settings) as database:
                sites: list[SiteId] = list(await StoredDirectory(database).sites())
                if isinstance(database, SqliteDatabase):
                    last = max([await SqliteJournal(database, site, clock=now).last_at() for site in sites], default=at)
                else:
                    last = await database.now()
                yield await _audit(StoredAudit(database), [*sites, HOUSE])
        except (SchemaIsNewer, StorageUnavailable, JournalUnavailable) as why:
            yield Finding("Database", Verdict.BAD, str(why))
            return
        if last - at > _BEHIND_MS:
            behind = "what was recorded last" if settings.mode == "embedded" else "the database's"
            yield Finding("Clock", Verdict.BAD, f"is {(last - at) // 1000} s behind {behind}. Set it.")
            return
    yield Finding("Clock", Verdict.GOOD, f"says {shown:%Y-%m-%d %H:%M} UTC.")


async def _wakeups(settings: Settings) -> AsyncIterator[Finding]:
    if settings.redis.url is not None:
        why = await why_not(settings.redis.url.get_secret_value())
        if why is None:
            yield Finding("Redis", Verdict.GOOD, "answers.")
        else:
            yield Finding("Redis", Verdict.DOUBTFUL, f"does not answer ({why}). News between processes take a second.")


async def _audit(log: StoredAudit, sites: Iterable[SiteId]) -> Finding:
    try:
        entries = sum([await log.verify(site) for site in sites])
    except ChainBroken as why:
        return Finding("Audit log", Verdict.BAD, f"{why} Compare it with a backup.")
    return Finding("Audit log", Verdict.GOOD, f"{entries} entries, none changed or removed.")


def _certificate(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    if settings.tls.cert is None:
        return
    try:
        server_context(settings, now)
    except CertificateUnusable as why:
        yield Finding("Certificate", Verdict.BAD, str(why))
        return
    expires = expiry_of(settings.tls.cert)
    says = f"is good until {expires:%Y-%m-%d}."
    if expires <= now:
        yield Finding("Certificate", Verdict.BAD, f"expired on {expires:%Y-%m-%d}. Renew it and restart.")
    elif expires - now < _EXPIRES_SOON:
        yield Finding("Certificate", Verdict.DOUBTFUL, f"{says} Renew it soon.")
    else:
        yield Finding("Certificate", Verdict.GOOD, says)


async def _turn(settings: Settings, now: Clock, trust: ssl.SSLContext | None) -> AsyncIterator[Finding]:
    turn = settings.turn
    if not any(url.startswith("turn") for url in turn.urls):
        if without := await _sites_with(settings, lambda group: group.turn_only):
            yield Finding("TURN", Verdict.BAD, f"none is set, but a group of site {without[0]} is turn_only.")
        elif settings.demo:
            yield Finding("TURN", Verdict.GOOD, "none is set; on one machine none is needed.")
        else:
            yield Finding(
                "TURN", Verdict.DOUBTFUL, "none is set. Visitors whose networks block the direct way cannot call."
            )
    servers, _ = TurnServers(turn).issue(SessionId("doctor"), now())
    for server in servers:
        for url in server.urls:
            yield await _one_turn(url, server.username, server.credential, trust)


async def _notices(settings: Settings, now: Clock) -> AsyncIterator[Finding]:
    way = chosen(settings.notices, now)
    if way is None:
        if without := await _sites_with(settings, _calls_back):
            yield Finding(
                "Notices",
                Verdict.DOUBTFUL,
                f"neither mail nor a webhook is set, but a group of site {without[0]} calls back. "
                "It offers no callbacks until notices.smtp_host or notices.webhook_url is set.",
            )
    elif isinstance(way, MailNotices):
        where = f"{settings.notices.smtp_host}:{settings.notices.smtp_port}"
        try:
            await way.check()
        except NotSent as why:
            yield Finding("Notices", Verdict.BAD, f"{where} does not take our mail ({why.code}).")
        else:
            yield Finding("Notices", Verdict.GOOD, f"{where} takes our mail.")


def _calls_back(group: GroupRules) -> bool:
    answers = (
        group.when_closed,
        group.when_empty,
        group.when_full,
        group.when_understaffed,
        group.when_too_long,
        group.when_closing,
    )
    return group.callbacks is not None or any(answer.kind is AnswerKind.CALLBACK for answer in answers)


async def _sites_with(settings: Settings, is_such: Callable[[GroupRules], bool]) -> list[str]:
    """The sites with groups like that: as they are in force, or as a new site begins."""
    per_visitor = settings.limits.contacts_per_visitor
    found = {
        site.id: any(map(is_such, plan(site, contacts_per_visitor=per_visitor).seed.groups)) for site in settings.site
    }
    if settings.mode == "scaled" or settings.database.exists():
        with suppress(SchemaIsNewer, StorageUnavailable):
            async with open_database(settings) as database:
                for site in found:
                    if version := await StoredConfiguration(database).newest(SiteId(site)):
                        found[site] = any(map(is_such, version.document.groups))
    return [site for site, is_so in found.items() if is_so]


async def _one_turn(url: str, username: str, credential: str, trust: ssl.SSLContext | None) -> Finding:
    try:
        await probe(parse_address(url), username=username, credential=credential, tls=trust)
    except ValueError as why:
        return Finding("TURN", Verdict.BAD, str(why))
    except TurnUnreachable as why:
        return Finding("TURN", Verdict.BAD, f"{url} does not answer: {why}.")
    except CredentialsRefused as why:
        return Finding("TURN", Verdict.BAD, f"{url} refuses our credentials ({why}). Is turn.secret the server's?")
    return Finding("TURN", Verdict.GOOD, f"{url} answers.")
