"""Callers who left the page are told when it is their turn: once, and whatever breaks meanwhile."""

import asyncio
import datetime as dt
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from acd.config import Callbacks, Group
from acd.decisions import EndReason
from acd.facts import CallbackChosen, CallerHungUp, SiteConfigured
from acd.ids import ContactId, Millis
from gateway.jobs.webhooks import signature
from gateway.notices.adapters import chosen
from gateway.notices.links import CallbackLinks, hash_of
from gateway.notices.mail import MailNotices, MailServer
from gateway.notices.port import NotSent
from gateway.notices.post import Post
from gateway.notices.texts import WORDINGS
from gateway.notices.webhook import WebhookNotices
from gateway.notices.writing import Writing
from gateway.settings import SettingsWrong
from gateway.storage.database import SqliteDatabase, open_sqlite
from gateway.storage.directory import StoredDirectory
from gateway.storage.notices import NoticeKind, StoredNotices
from gateway.texts import LANGUAGES
from gateway.tls import self_signed
from signaling.ports import ContactContext
from tests.gateway.house import settings_in
from tests.gateway.postbox import NOTICE, Pigeon, Postbox, postbox, receiver
from tests.gateway.running_site import DEMO, NOON, RULES, SALES, Hands, RunningSite
from tests.gateway.running_site import running as running_site

INVITE_MS = 600_000
RETRY_MS = 60_000
CALLING_BACK = replace(
    RULES, groups=(Group(id=SALES, callbacks=Callbacks(invite_ms=Millis(INVITE_MS), retry_ms=Millis(RETRY_MS))),)
)
SECRET = "s" * 32


def by_mail(box: Postbox, **more: object) -> MailNotices:
    server = MailServer(host="127.0.0.1", port=box.port, sender="Shop <service@shop.example>", tls="none")
    return MailNotices(replace(server, **more))  # type: ignore[arg-type]


# By mail.


async def test_a_notice_arrives_as_a_mail_with_its_link() -> None:
    async with postbox() as box:
        await by_mail(box).send(NOTICE)

        mail = await box.mail()
    assert box.recipients == ["vera@mail.example"]
    assert mail["Subject"] == "Sie sind an der Reihe: Möbel"
    assert mail["From"] == "Shop <service@shop.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert NOTICE.link in mail.get_content()


async def test_a_mail_sent_twice_is_known_by_its_message_id() -> None:
    async with postbox() as box:
        await by_mail(box).send(NOTICE)
        await by_mail(box).send(NOTICE)

        first, second = await box.mail(1), await box.mail(2)
    assert first["Message-ID"] == second["Message-ID"] == "<shop.7.invitation@shop.example>"


@pytest.mark.parametrize(("says", "is_final"), [("550 no such person", True), ("451 come back later", False)])
async def test_who_cannot_get_mail_at_all_is_not_tried_again(says: str, is_final: bool) -> None:
    async with postbox() as box:
        box.says_of_recipient = says

        with pytest.raises(NotSent) as why:
            await by_mail(box).send(NOTICE)
    assert (why.value.code, why.value.is_final) == ("recipient_refused", is_final)


async def test_a_mail_that_is_refused_for_now_is_tried_again() -> None:
    async with postbox() as box:
        box.says = "452 disk full"

        with pytest.raises(NotSent) as why:
            await by_mail(box).send(NOTICE)
    assert (why.value.code, why.value.is_final) == ("smtp_452", False)


async def test_a_mail_server_that_is_away_is_tried_again() -> None:
    async with postbox() as box:
        pass

    with pytest.raises(NotSent) as why:
        await by_mail(box).send(NOTICE)
    assert (why.value.code, why.value.is_final) == ("unreachable", False)


async def test_mail_goes_encrypted_or_not_at_all(tmp_path: Path) -> None:
    cert, key = self_signed_for(tmp_path)
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=cert)

    async with postbox(there) as box:
        await by_mail(box, tls="starttls", trust=trusting, host="localhost").send(NOTICE)
        assert await box.mail()
        with pytest.raises(NotSent, match="certificate"):
            await by_mail(box, tls="starttls", host="localhost").send(NOTICE)
    async with postbox() as plain:
        with pytest.raises(NotSent, match="not_supported"):
            await by_mail(plain, tls="starttls").send(NOTICE)
    assert plain.mails == []


# By a program.


async def test_a_program_gets_notices_signed_and_with_their_key() -> None:
    async with receiver() as program:
        await WebhookNotices(program.url, SECRET, clock=lambda: NOON).send(NOTICE)

    headers, body = program.posts[0]
    assert headers["Idempotency-Key"] == NOTICE.key
    assert headers["Zuruf-Signature"] == signature(SECRET, NOON // 1000, body)
    assert json.loads(body)["link"] == NOTICE.link
    assert json.loads(body)["address"] == NOTICE.address


@pytest.mark.parametrize(("status", "is_final"), [(500, False), (302, False), (410, True), (422, True)])
async def test_a_program_that_says_no_is_asked_again_if_that_can_help(status: int, is_final: bool) -> None:
    async with receiver() as program:
        program.status = status

        with pytest.raises(NotSent) as why:
            await WebhookNotices(program.url, SECRET, clock=lambda: NOON).send(NOTICE)
    assert (why.value.code, why.value.is_final) == (f"http_{status}", is_final)


async def test_a_program_that_is_away_is_asked_again() -> None:
    async with receiver() as program:
        pass

    with pytest.raises(NotSent, match="unreachable"):
        await WebhookNotices(program.url, SECRET, clock=lambda: NOON).send(NOTICE)


# Settings.


@pytest.mark.parametrize(
    "wrong",
    [
        {"notices__smtp_host": "mail.example"},
        {"notices__smtp_host": "mail.example", "notices__sender": "nobody"},
        {"notices__smtp_host": "mail.example", "notices__sender": "a@b.example", "notices__smtp_tls": "none"},
        {"notices__webhook_url": "https://sms.example"},
        {"notices__webhook_url": "http://sms.example", "notices__webhook_secret": SECRET},
        {"notices__webhook_url": "https://sms.example", "notices__webhook_secret": "short"},
        {
            "notices__webhook_url": "https://sms.example",
            "notices__webhook_secret": SECRET,
            "notices__smtp_host": "localhost",
            "notices__sender": "a@b.example",
        },
    ],
)
def test_settings_that_could_tell_nobody_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsWrong, match="notices"):
        settings_in(tmp_path, **wrong)


def test_the_settings_choose_the_way_to_people(tmp_path: Path) -> None:
    mail = settings_in(tmp_path, notices__smtp_host="mail.example", notices__sender="a@b.example").notices
    program = settings_in(tmp_path, notices__webhook_url="https://a.example/b", notices__webhook_secret=SECRET).notices

    assert isinstance(chosen(mail, lambda: NOON), MailNotices)
    assert isinstance(chosen(program, lambda: NOON), WebhookNotices)
    assert chosen(settings_in(tmp_path).notices, lambda: NOON) is None


# Words.


def test_every_notice_has_words_in_every_language_about_the_same_things() -> None:
    for kind in NoticeKind:
        assert set(WORDINGS[kind]) == set(LANGUAGES)
        about = [_about(WORDINGS[kind][language].text) for language in LANGUAGES]
        assert about[0] == about[1]
        assert ("link" in about[0]) == (kind is not NoticeKind.OVER)


def _about(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


# From decision to delivery.


class Line:
    """A site with callbacks, and the post that works for it."""

    def __init__(self, site: RunningSite, database: SqliteDatabase) -> None:
        self.site = site
        self.database = database
        self.pigeon = Pigeon()
        self.store = StoredNotices(database)
        self.directory = StoredDirectory(database)
        self.links = CallbackLinks(b"secret", "https://call.example")
        self.post = self.another_post()

    def another_post(self, *, by: Pigeon | None = None, is_silent: bool = False) -> Post:
        return Post(
            self.site.runtime,
            self.site.journal,
            self.store,
            by=None if is_silent else by or self.pigeon,
            links=self.links,
            writing=Writing(DEMO, self.directory, self.links),
            clock=self.site.hands.wall,
            metrics=self.site.metrics,
        )

    async def callback(self, name: str, *, due_at: Millis | None = None, address: str | None = None) -> ContactId:
        """Somebody in line leaves the page and wants to be called back."""
        contact = await self.site.caller(name)
        context = ContactContext(language="en", address=f"{name}@mail.example" if address is None else address)
        await self.directory.note_contact(DEMO, contact, context, NOON)
        await self.site.report(CallbackChosen(contact=contact, due_at=due_at))
        return contact

    def kinds(self) -> list[str]:
        return [notice.kind.value for notice in self.pigeon.brought]

    def count(self, kind: str, outcome: str) -> float:
        labels = {"site": DEMO, "kind": kind, "outcome": outcome}
        return self.site.metrics.registry.get_sample_value("zuruf_notices_total", labels) or 0.0


@asynccontextmanager
async def line_in(directory: Path) -> AsyncIterator[Line]:
    async with open_sqlite(directory / "notices.sqlite3") as database, running_site(hands=Hands()) as site:
        await site.report(SiteConfigured(site=CALLING_BACK))
        directory_ = StoredDirectory(database)
        await directory_.add_site(DEMO, "Shop", NOON)
        await directory_.name_group(DEMO, SALES, {"de": "Verkauf", "en": "Sales"})
        yield Line(site, database)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with line_in(tmp_path) as opened:
        yield opened


async def test_who_leaves_for_a_callback_is_told_the_place_and_the_way_back(line: Line) -> None:
    await line.site.caller("first")
    contact = await line.callback("vera")

    await line.post.step()

    (notice,) = line.pigeon.brought
    assert notice.address == "vera@mail.example"
    assert notice.subject == "Your place in line: Sales"
    assert "number 2" in notice.text
    assert line.links.link(DEMO, contact) in notice.text


async def test_who_wants_a_date_is_told_the_date(line: Line) -> None:
    await line.callback("vera", due_at=Millis(NOON + 24 * 60 * 60_000))

    await line.post.step()

    assert "2027-01-16 at 08:00 (UTC)" in line.pigeon.brought[0].text


async def test_who_is_next_is_told_to_come_and_nothing_that_is_old_by_then(line: Line) -> None:
    await line.callback("vera")
    await line.site.agent(1)

    await line.post.step()

    assert line.kinds() == ["invitation"]
    assert "another 10 minutes" in line.pigeon.brought[0].text


async def test_who_does_not_come_is_told_so_and_invited_again(line: Line) -> None:
    await line.callback("vera")
    await line.site.agent(1)
    await line.post.step()

    await line.site.pass_time(INVITE_MS + 1_000)
    await line.post.step()
    await line.site.pass_time(RETRY_MS + 1_000)
    await line.post.step()

    assert line.kinds() == ["invitation", "missed", "invitation"]
    assert len({notice.link for notice in line.pigeon.brought}) == 1
    assert len({notice.key for notice in line.pigeon.brought}) == 3


async def test_who_never_comes_is_told_that_it_is_over(line: Line) -> None:
    contact = await line.callback("vera")
    await line.site.agent(1)
    while contact in line.site.runtime.state.contacts:
        await line.site.pass_time(RETRY_MS)
    await line.post.step()

    assert line.kinds() == ["over"]
    link = await line.store.link(hash_of(line.links.token(DEMO, contact)))
    assert link is not None
    assert link.ended is EndReason.CALLBACK_MISSED


async def test_who_cancels_hears_nothing_more(line: Line) -> None:
    contact = await line.callback("vera")
    await line.site.report(CallerHungUp(contact=contact))

    await line.post.step()

    assert line.kinds() == []


async def test_a_caller_who_hangs_up_on_the_page_is_written_nothing(line: Line) -> None:
    contact = await line.site.caller("otto")
    await line.site.report(CallerHungUp(contact=contact))

    await line.post.step()

    assert line.kinds() == []
    assert await line.store.link(hash_of(line.links.token(DEMO, contact))) is None


async def test_a_restart_neither_loses_a_notice_nor_sends_it_twice(line: Line) -> None:
    await line.callback("vera")
    await line.post.step()
    await line.callback("otto")

    await line.another_post().step()
    await line.another_post().step()

    assert [notice.address for notice in line.pigeon.brought] == ["vera@mail.example", "otto@mail.example"]


async def test_what_was_under_way_when_the_process_died_is_sent_again_with_the_same_key(line: Line) -> None:
    await line.callback("vera")
    line.pigeon.dies = asyncio.CancelledError()
    await line.post.step()

    line.pigeon.dies = None
    await line.another_post().step()
    assert len(line.pigeon.brought) == 1
    await line.site.pass_time(90_000)
    await line.another_post().step()

    first, second = line.pigeon.brought
    assert first.key == second.key


async def test_two_processes_that_both_think_they_decide_make_each_notice_once(line: Line) -> None:
    await line.callback("vera")

    await asyncio.gather(line.post.step(), line.another_post().step())

    assert line.kinds() == ["place_held"]


async def test_what_fails_is_tried_again_after_longer_and_longer_pauses(line: Line) -> None:
    await line.callback("vera")
    line.pigeon.fails = NotSent("unreachable")
    await line.post.step()
    await line.site.pass_time(4_000)
    await line.post.step()
    assert line.count("place_held", "failed") == 1

    await line.site.pass_time(1_000)
    await line.post.step()
    assert line.count("place_held", "failed") == 2
    (failing,) = await line.store.unsent(DEMO)
    assert (failing.failure, failing.tries) == ("unreachable", 2)

    line.pigeon.fails = None
    await line.site.pass_time(10_000)
    await line.post.step()
    assert line.kinds() == ["place_held"]
    assert await line.store.unsent(DEMO) == []


async def test_what_cannot_be_sent_at_all_stays_for_a_supervisor_to_see(line: Line) -> None:
    contact = await line.callback("vera")
    line.pigeon.fails = NotSent("recipient_refused", is_final=True)

    await line.post.step()

    (given_up,) = await line.store.unsent(DEMO, given_up=True)
    assert (given_up.contact, given_up.failure) == (contact, "recipient_refused")
    assert line.count("place_held", "given_up") == 1
    assert await line.store.count(DEMO) == 0


async def test_an_invitation_that_is_over_is_not_sent_any_more(line: Line) -> None:
    await line.callback("vera")
    await line.site.agent(1)
    line.pigeon.fails = NotSent("unreachable")
    await line.post.step()
    line.pigeon.fails = None

    line.site.hands.turn(INVITE_MS)
    await line.post.step()

    assert line.kinds() == []
    assert line.count("invitation", "outdated") == 1


async def test_an_invitation_that_would_come_too_late_is_given_up_at_once(line: Line) -> None:
    await line.callback("vera")
    await line.site.agent(1)
    line.site.hands.turn(INVITE_MS - 1_000)
    line.pigeon.fails = NotSent("unreachable")

    await line.post.step()

    assert line.count("invitation", "given_up") == 1


async def test_who_was_erased_is_written_nothing(line: Line) -> None:
    contact = await line.callback("vera")
    await line.directory.erase_contact(DEMO, contact)

    await line.post.step()

    assert line.kinds() == []
    assert line.count("place_held", "no_address") == 1


async def test_without_a_way_to_people_nothing_piles_up_for_later(line: Line) -> None:
    await line.callback("vera")
    await line.another_post(is_silent=True).step()

    await line.post.step()

    assert line.kinds() == []


async def test_who_does_not_decide_sends_nothing(line: Line) -> None:
    await line.callback("vera")
    async with running_site(hands=line.site.hands, journal=line.site.journal, process="pr_2") as other:
        assert not other.runtime.is_deciding
        follower = Line(other, line.database)
        await follower.post.step()

    assert follower.kinds() == []


async def test_the_post_works_as_soon_as_something_is_decided(line: Line) -> None:
    unfollow = line.post.follow()
    await line.callback("vera")

    async with asyncio.timeout(1):
        await line.post.round()

    unfollow()
    assert line.kinds() == ["place_held"]


def test_links_cannot_be_guessed_from_each_other() -> None:
    links = CallbackLinks(b"secret", "https://call.example")
    first, second = links.link(DEMO, ContactId("ct_1")), links.link(DEMO, ContactId("ct_2"))

    assert re.fullmatch(r"https://call\.example/join#[\w-]{43}", first)
    assert first != second
    assert links.token(DEMO, ContactId("ct_1")) != CallbackLinks(b"other", "").token(DEMO, ContactId("ct_1"))


def self_signed_for(directory: Path) -> tuple[Path, Path]:
    return self_signed(directory, ["localhost"], dt.datetime.now(dt.UTC))
