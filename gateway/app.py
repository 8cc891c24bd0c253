"""Where everything is put together: settings in, a running process out.

Started in order, storage before sites before conversation before the open port, so that
whoever gets through finds everything there; stopped in the opposite order, after a
drain. Nothing else in the program knows how many processes or stores there are.
"""

import asyncio
import datetime as dt
import random
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from acd.config import Site
from acd.ids import AgentId, ContactId, GroupId, Millis, SiteId
from gateway.auth.doorkeeper import Doorkeeper
from gateway.auth.passwords import Passwords
from gateway.auth.tokens import Tokens
from gateway.clock import Clock, system_clock
from gateway.configuration.document import SiteDocument
from gateway.configuration.in_force import InForce
from gateway.configuration.labels import CodeLabels
from gateway.demo import DEMO_SITE, NotForThis, seed_people
from gateway.door import Door
from gateway.forms import Form, open_form
from gateway.http.account import Account
from gateway.http.address import peer_of
from gateway.http.attributes import AttributeReader
from gateway.http.audit import Audit
from gateway.http.availability import Availabilities, Notice
from gateway.http.configuration import Configuration
from gateway.http.contacts import Contacts, HumanityCheck, NobodyAsks
from gateway.http.description import Description, describe, encode
from gateway.http.edge import Edge
from gateway.http.elsewhere import Elsewhere
from gateway.http.explanations import Explanations
from gateway.http.forecasts import Forecasts
from gateway.http.health import Health
from gateway.http.join import Join
from gateway.http.notices import FailedNotices
from gateway.http.openings import OpeningHours
from gateway.http.origins import Origins, own_origins
from gateway.http.own_day import OwnDays
from gateway.http.pages import Pages
from gateway.http.personal_links import (
    CODES_A_MINUTE_PER_ADDRESS,
    CODES_A_MINUTE_PER_SITE,
    LinkMaking,
    PersonalLinks,
)
from gateway.http.server import application, protocol_log
from gateway.http.supervision import Supervision
from gateway.http.table import TABLE
from gateway.http.webhooks import Webhooks
from gateway.ids import new_id
from gateway.jobs.configuration import ConfigurationJob
from gateway.jobs.events import EVENTS
from gateway.jobs.retention import Keeping, KeptSite, RetentionJob
from gateway.jobs.webhooks import WebhookJob
from gateway.journal.port import Journal, JournalUnavailable, OlderCore
from gateway.lifetime import Lifetime
from gateway.metrics import Metrics
from gateway.notices.adapters import chosen
from gateway.notices.links import CallbackLinks
from gateway.notices.post import Post
from gateway.notices.writing import Writing
from gateway.outward import Guard, Outward
from gateway.runtime.site import SiteRuntime
from gateway.runtime.today import Today
from gateway.runtime.waits import SiteWaits
from gateway.secret import SecretUnusable, server_secret
from gateway.settings import Settings
from gateway.sites import SitePlan, as_configured, granted_groups, plan, without_callbacks
from gateway.storage.audit import StoredAudit
from gateway.storage.configuration import StoredConfiguration
from gateway.storage.database import AlreadyServed, Database, StorageUnavailable
from gateway.storage.directory import StoredDirectory
from gateway.storage.forecasts import StoredForecasts
from gateway.storage.migrate import SchemaIsNewer
from gateway.storage.notices import StoredNotices
from gateway.storage.personal_links import StoredPersonalLinks
from gateway.storage.programs import StoredKeys, StoredTokens
from gateway.storage.sessions import StoredSessions
from gateway.storage.users import StoredSignIns, StoredUsers
from gateway.storage.webhooks import StoredWebhooks
from gateway.telemetry import log_loop_errors
from gateway.tls import CertificateUnusable, local_names, server_context
from gateway.turn import TurnServers
from signaling.conversation import Conversation, ConversationSettings
from signaling.metrics import SignalingMetrics
from signaling.ports import FloorBusy

STATIC = Path(__file__).parent / "static"

_FOLLOW_S = 2.0
_RETENTION_S = 60 * 60.0
_LAG_S = 0.5
_TELL_S = 0.5
_GIVE_UP_S = 60.0
_CLOSING_S = 2.0
_COME_BACK_MS = Millis(1_000)

_log = structlog.stdlib.get_logger(__name__)


class StartRefused(Exception):
    """The server does not start; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Every repository, on one database."""

    users: StoredUsers
    sign_ins: StoredSignIns
    sessions: StoredSessions
    directory: StoredDirectory
    audit: StoredAudit
    forecasts: StoredForecasts
    configuration: StoredConfiguration
    notices: StoredNotices
    personal_links: StoredPersonalLinks
    tokens: StoredTokens
    keys: StoredKeys
    webhooks: StoredWebhooks

    @classmethod
    def on(cls, database: Database) -> "Stores":
        """All of them."""
        return cls(
            users=StoredUsers(database),
            sign_ins=StoredSignIns(database),
            sessions=StoredSessions(database),
            directory=StoredDirectory(database),
            audit=StoredAudit(database),
            forecasts=StoredForecasts(database),
            configuration=StoredConfiguration(database),
            notices=StoredNotices(database),
            personal_links=StoredPersonalLinks(database),
            tokens=StoredTokens(database),
            keys=StoredKeys(database),
            webhooks=StoredWebhooks(database),
        )


class Running:
    """The process while it serves."""

    def __init__(self, *, url: str, port: int, conversation: Conversation) -> None:
        self.url = url
        self.port = port
        self.is_draining = False
        self._conversation = conversation

    async def drain(self, within_s: float) -> None:
        """Turn new contacts away, send sockets elsewhere, and wait until they are gone, but not for ever."""
        self.is_draining = True
        _log.info("draining", sessions=self._conversation.session_count)
        try:
            async with asyncio.timeout(within_s):
                await self._conversation.drain(_COME_BACK_MS)
                while self._conversation.session_count:  # noqa: ASYNC110 - the count rings no bell.
                    await asyncio.sleep(0.05)
        except TimeoutError:
            _log.warning("drained_late", sessions=self._conversation.session_count)


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    wall: Clock = system_clock,
    static: Path = STATIC,
    humanity: HumanityCheck | None = None,
    passwords: Passwords | None = None,
) -> AsyncIterator[Running]:
    """Serve inside ``async with``; tests bring their own time, web, check and hashing.

    Raises:
        StartRefused: If it cannot start.
    """
    async with AsyncExitStack() as stack:
        try:
            tls = server_context(settings, dt.datetime.fromtimestamp(wall() / 1000, dt.UTC))
            listener = stack.enter_context(_listen(settings))
            metrics = Metrics(CollectorRegistry())
            form = await stack.enter_async_context(
                open_form(
                    settings, wall=wall, metrics=metrics, on_failure=lambda job: metrics.errors_total.labels(job).inc()
                )
            )
            secret = server_secret(settings)
        except (NotForThis, CertificateUnusable, AlreadyServed, SchemaIsNewer, SecretUnusable) as why:
            raise StartRefused(str(why)) from why
        except (OSError, StorageUnavailable) as why:
            where = settings.data_dir if settings.mode == "embedded" else "postgres.url"
            raise StartRefused(f"{where} cannot be used: {why}") from why
        hasher = passwords or Passwords()
        stack.enter_context(hasher)
        house = _House(settings, form, hasher, secret, metrics)
        try:
            opened = await house.open(
                stack, listener=listener, tls=tls, static=static, humanity=humanity or NobodyAsks()
            )
        except (OlderCore, StorageUnavailable, JournalUnavailable) as why:
            raise StartRefused(str(why)) from why
        yield opened


class _House:
    """What is built once storage is open. Each method is one step of the start."""

    def __init__(self, settings: Settings, form: Form, passwords: Passwords, secret: bytes, metrics: Metrics) -> None:
        self.settings = settings
        self.form = form
        self.passwords = passwords
        self.clock = form.clock
        self.stores = Stores.on(form.database)
        self.metrics = metrics
        self.process = form.process
        self.secret = secret
        self.floors: dict[SiteId, SiteRuntime] = {}
        self.journals: dict[SiteId, Journal] = {}
        self.waits: dict[SiteId, SiteWaits] = {}
        self.in_force: dict[SiteId, InForce] = {}
        self.following: list[Callable[[], Awaitable[None]]] = []
        self.days: dict[SiteId, Today] = {}
        self.warned: dict[SiteId, int] = {}
        self.is_storage_up = True

    async def open(
        self,
        stack: AsyncExitStack,
        *,
        listener: socket.socket,
        tls: ssl.SSLContext | None,
        static: Path,
        humanity: HumanityCheck,
    ) -> Running:
        log_loop_errors(asyncio.get_running_loop(), self._count_error)
        if self.settings.demo:
            await seed_people(self.stores.users, self.passwords, self.clock)
        plans = self._plans()
        for planned in plans:
            await self._open_site(stack, planned)

        port: int = listener.getsockname()[1]
        scheme = "https" if tls is not None else "http"
        origins = self._origins(plans, scheme, port)
        door = self._door()
        conversation = self._conversation(door, origins)
        door.on_sign_out(conversation.kick)
        running = Running(
            url=self.settings.server.public_url or _url(scheme, self.settings.server.host, port),
            port=port,
            conversation=conversation,
        )
        app = self._application(door, origins, running, static, humanity)
        conversation.attach_to(app)
        self.form.hear(of_site=self._look_at, of_session=conversation.look_at)

        runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_CLOSING_S,
            logger=protocol_log(lambda: self.metrics.http_requests_total.labels("-", "-", "400").inc()),
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await stack.enter_async_context(conversation)
        site = web.SockSite(runner, listener, ssl_context=tls, backlog=1024)
        await site.start()
        stack.push_async_callback(site.stop)
        outward = await stack.enter_async_context(Outward(Guard(self.settings.webhooks.private_networks)))
        may_fail = (StorageUnavailable, JournalUnavailable, FloorBusy)
        jobs = await stack.enter_async_context(Lifetime(self._count_error, expected=may_fail))
        self._start_jobs(jobs, door)
        self._start_webhooks(jobs, outward)
        self._start_post(stack, jobs, running.url)
        _log.info("ready", sites=len(plans), process=self.process)
        return running

    def _plans(self) -> list[SitePlan]:
        written = (DEMO_SITE,) if self.settings.demo else self.settings.site
        if not written:
            raise StartRefused(
                "No site is set up. Add one to zuruf.toml, with a group:\n\n"
                '    [[site]]\n    id = "shop"\n    origins = ["https://shop.example"]\n\n'
                '    [[site.groups]]\n    id = "sales"\n    names = { de = "Verkauf", en = "Sales" }\n\n'
                "or try the demo: zuruf serve --demo"
            )
        per_visitor = self.settings.limits.contacts_per_visitor
        return [plan(site, contacts_per_visitor=per_visitor) for site in written]

    async def _open_site(self, stack: AsyncExitStack, planned: SitePlan) -> None:
        at = self.clock()
        await self.stores.directory.add_site(planned.id, planned.name, at)
        journal = self.form.journal(planned.id)
        floor = SiteRuntime(
            planned.id,
            journal,
            process=self.process,
            clock=self.clock,
            metrics=self.metrics,
            gone=self.form.gone,
            news=partial(self.form.tell_of_site, planned.id),
        )
        await stack.enter_async_context(floor)
        stack.callback(self.metrics.follow(floor))
        self.floors[planned.id] = floor
        self.journals[planned.id] = journal
        day = self.days[planned.id] = Today(floor, journal, self.clock)
        stack.callback(day.close)
        waits = self.waits[planned.id] = SiteWaits(floor, metrics=self.metrics, clock=self.clock)
        stack.callback(waits.follow())
        stack.push_async_callback(self._keep_waits, waits)
        in_force = InForce(
            planned.id,
            self.stores.configuration,
            people=partial(self._people, planned.id),
            changed=lambda: following.run(),
        )
        following = ConfigurationJob(
            floor=floor,
            wanted=partial(self._wanted, in_force),
            audit=self.stores.audit,
            process=self.process,
            clock=self.clock,
        )
        await in_force.open(planned.seed, at)
        self.in_force[planned.id] = in_force
        self.following.append(partial(self._follow, floor, in_force, following))
        await self.following[-1]()

    async def _follow(self, floor: SiteRuntime, in_force: InForce, following: ConfigurationJob) -> None:
        await in_force.look()
        # One is enough to tell the core.
        if floor.is_deciding:
            await following.run()

    async def _wanted(self, in_force: InForce) -> Site:
        version = await in_force.look()
        site = as_configured(version.document, await self.stores.users.of_site(in_force.site))
        if self.settings.notices.is_on:
            return site
        calls_back = any(group.callbacks is not None for group in site.groups)
        if calls_back and version.number != self.warned.get(in_force.site):
            self.warned[in_force.site] = version.number
            _log.warning("callbacks_not_offered", site=in_force.site, reason="notices are not set up")
        return without_callbacks(site)

    async def _people(self, site: SiteId, document: SiteDocument) -> Mapping[AgentId, Sequence[GroupId]]:
        return granted_groups(document, await self.stores.users.of_site(site))

    def _origins(self, plans: Iterable[SitePlan], scheme: str, port: int) -> Origins:
        server = self.settings.server
        own = own_origins(scheme=scheme, hosts=local_names(server.host), port=port, public_url=server.public_url)
        return Origins(own, {planned.id: planned.origins for planned in plans})

    def _door(self) -> Door:
        return Door(
            Doorkeeper(
                users=self.stores.users,
                sign_ins=self.stores.sign_ins,
                audit=self.stores.audit,
                passwords=self.passwords,
                secret=self.secret,
                clock=self.clock,
                lock_after=self.settings.limits.wrong_passwords,
                count=lambda outcome: self.metrics.sign_ins_total.labels(outcome).inc(),
            ),
            Tokens(self.stores.tokens, self.clock),
        )

    def _conversation(self, door: Door, origins: Origins) -> Conversation:
        trusted = self.settings.server.trusted_proxies
        return Conversation(
            floors=self.floors,
            figures=self.days,
            sessions=self.stores.sessions,
            directory=self.stores.directory,
            ice=TurnServers(self.settings.turn),
            authenticator=door,
            origins=origins,
            clock=self.clock,
            process=self.process,
            new_id=new_id,
            metrics=SignalingMetrics(self.metrics.registry),
            address_of=lambda request: peer_of(request, trusted).address,
            tell_of_session=self.form.tell_of_session,
            expected_wait=lambda site, contact: self.waits[site].expected(contact),
            code_label=CodeLabels(self.in_force),
            settings=ConversationSettings(allow_loopback_candidates=self.settings.is_for_this_machine),
        )

    def _application(
        self, door: Door, origins: Origins, running: Running, static: Path, humanity: HumanityCheck
    ) -> web.Application:
        limits, token = self.settings.limits, self.settings.metrics.token
        edge = Edge(
            clock=self.clock,
            metrics=self.metrics,
            origins=origins,
            trusted=self.settings.server.trusted_proxies,
            door=door,
            requests=self.form.limit("requests", limits.requests_per_minute_per_address),
            inside_token=token.get_secret_value() if token is not None else None,
        )
        parts = (
            Contacts(
                floors=self.floors,
                sessions=self.stores.sessions,
                directory=self.stores.directory,
                origins=origins,
                per_address=self.form.limit("contacts of address", limits.contacts_per_minute_per_address),
                per_site=self.form.limit("contacts of site", limits.contacts_per_minute_per_site),
                humanity=humanity,
                secret=self.secret,
                is_draining=lambda: running.is_draining,
                configured=lambda site: self.in_force[site].document,
                attributes=AttributeReader(is_in_force=self.stores.keys.is_in_force, secret=self.secret),
            ),
            Availabilities(
                floors=self.floors,
                directory=self.stores.directory,
                notices={planned.id: Notice(planned.privacy_url, planned.terms) for planned in self._plans()},
            ),
            OpeningHours(floors=self.floors),
            Join(
                floors=self.floors,
                links=self.stores.notices,
                sessions=self.stores.sessions,
                directory=self.stores.directory,
            ),
            PersonalLinks(
                floors=self.floors,
                links=self.stores.personal_links,
                sessions=self.stores.sessions,
                directory=self.stores.directory,
                making=LinkMaking(self.secret, running.url),
                tries=(
                    self.form.limit("codes of address", CODES_A_MINUTE_PER_ADDRESS),
                    self.form.limit("codes of site", CODES_A_MINUTE_PER_SITE),
                ),
                is_draining=lambda: running.is_draining,
            ),
            FailedNotices(floors=self.floors, store=self.stores.notices),
            Account(door=door),
            Audit(log=self.stores.audit),
            Forecasts(store=self.stores.forecasts),
            OwnDays(days=self.days, directory=self.stores.directory, code_label=CodeLabels(self.in_force)),
            Explanations(floors=self.floors, journals=self.journals, directory=self.stores.directory),
            Configuration(sites=self.in_force, history=self.stores.configuration),
            Supervision(
                floors=self.floors,
                sites=self.in_force,
                directory=self.stores.directory,
                audit=self.stores.audit,
                sign_out=door.dismiss,
            ),
            Elsewhere(floors=self.floors),
            Webhooks(
                webhooks=self.stores.webhooks,
                audit=self.stores.audit,
                fitness=Guard(self.settings.webhooks.private_networks),
                secret=self.secret,
                events=EVENTS,
                serves=self.floors.__contains__,
            ),
            Description(body=encode(describe(TABLE))),
            Health(checks=lambda: self._checks(running), metrics=self.metrics),
            Pages(directory=static, is_demo=self.settings.demo),
        )
        return application(edge, TABLE, parts)

    def _checks(self, running: Running) -> Mapping[str, bool]:
        return {
            "accepting": not running.is_draining,
            "deciding": all(floor.is_decided for floor in self.floors.values()),
            "storage": self.is_storage_up,
        }

    def _start_jobs(self, jobs: Lifetime, door: Door) -> None:
        keeping = self.settings.retention
        retention = RetentionJob(
            sites={
                site: KeptSite(journal=self.journals[site], open_contacts=partial(self._open_contacts, floor))
                for site, floor in self.floors.items()
            },
            directory=self.stores.directory,
            notices=self.stores.notices,
            personal_links=self.stores.personal_links,
            sessions=self.stores.sessions,
            sign_ins=self.stores.sign_ins,
            audit=self.stores.audit,
            forecasts=self.stores.forecasts,
            keeping=Keeping(
                journal_days=keeping.journal_days, visitor_days=keeping.visitor_days, audit_days=keeping.audit_days
            ),
            clock=self.clock,
        )
        jobs.repeat(retention.run, "retention", every=_RETENTION_S)
        for following in self.following:
            jobs.repeat(following, "configuration", every=_FOLLOW_S)
        jobs.repeat(door.close_desks, "desks", every=_FOLLOW_S)
        jobs.repeat(self._look_at_storage, "storage", every=_FOLLOW_S)
        for site, waits in self.waits.items():
            jobs.start(partial(waits.learn, self.journals[site]), "waits learned")
            jobs.repeat(partial(waits.keep, self.stores.forecasts), "forecasts", every=_FOLLOW_S)
        jobs.start(self._measure_lag, "lag")
        for day in self.days.values():
            jobs.repeat(day.load, "day", every=_FOLLOW_S)

    async def _keep_waits(self, waits: SiteWaits) -> None:
        try:
            await waits.keep(self.stores.forecasts)
        except StorageUnavailable:
            _log.warning("forecasts_not_kept")

    def _start_post(self, stack: AsyncExitStack, jobs: Lifetime, url: str) -> None:
        links, by = CallbackLinks(self.secret, url), chosen(self.settings.notices, self.clock)
        for site, floor in self.floors.items():
            post = Post(
                floor,
                self.journals[site],
                self.stores.notices,
                by=by,
                links=links,
                writing=Writing(site, self.stores.directory, links),
                clock=self.clock,
                metrics=self.metrics,
            )
            stack.callback(post.follow())
            jobs.repeat(post.round, "notices", every=0)

    def _look_at(self, site: SiteId | None) -> None:
        for floor in self.floors.values():
            if site in (None, floor.site):
                floor.look()

    def _start_webhooks(self, jobs: Lifetime, outward: Outward) -> None:
        webhooks = WebhookJob(
            sites={site: partial(_is_deciding, floor) for site, floor in self.floors.items()},
            webhooks=self.stores.webhooks,
            post=outward.post,
            secret=self.secret,
            clock=self.clock,
            counts=self.metrics,
            start=jobs.start,
            draw=random.random,
        )
        jobs.repeat(webhooks.look, "webhooks", every=_TELL_S)
        jobs.repeat(webhooks.give_up, "webhooks given up", every=_GIVE_UP_S)

    def _open_contacts(self, floor: SiteRuntime) -> list[ContactId]:
        return list(floor.state.contacts)

    async def _look_at_storage(self) -> None:
        try:
            await self.stores.directory.sites()
            self.is_storage_up = True
        except StorageUnavailable:
            self.is_storage_up = False
            _log.warning("storage_unavailable")

    async def _measure_lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LAG_S
            await asyncio.sleep(_LAG_S)
            self.metrics.loop_lag_seconds.set(max(loop.time() - due, 0))

    def _count_error(self, where: str) -> None:
        self.metrics.errors_total.labels(where).inc()


def _is_deciding(floor: SiteRuntime) -> bool:
    return floor.is_deciding


def _listen(settings: Settings) -> socket.socket:
    """Take the port, early: who cannot have it should hear so at once."""
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((host, port))
    except OSError as why:
        listener.close()
        raise StartRefused(
            f"{host}:{port} cannot be listened on ({why.strerror}). Is something else using the port? "
            "Choose another one with --port."
        ) from why
    return listener


def _url(scheme: str, host: str, port: int) -> str:
    shown = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host  # noqa: S104 - compared only.
    usual = 443 if scheme == "https" else 80
    return f"{scheme}://{f'[{shown}]' if ':' in shown else shown}{'' if port == usual else f':{port}'}"
