"""The command line. Each command reads settings, does one thing, and says what it did.

What takes long to import is imported by the command that needs it.
"""

import asyncio
import datetime as dt
import os
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha384
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NoReturn, TypeVar

import typer

from gateway.settings import Loaded, SettingsWrong, load, shown

if TYPE_CHECKING:
    from acd.ids import SiteId
    from gateway.app import Stores
    from gateway.storage.programs import StoredKeys, StoredTokens
    from gateway.storage.users import Grant, User

T = TypeVar("T")

_WRONG_SETTINGS = 2
_FAILED = 1

cli = typer.Typer(
    name="zuruf",
    help="Click to call: queues website visitors, finds the right agent, connects the two browsers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="People who sign in.", no_args_is_help=True)
journal = typer.Typer(help="The record of what happened and what was decided.", no_args_is_help=True)
token = typer.Typer(help="Tokens that let programs in.", no_args_is_help=True)
key = typer.Typer(help="Keys with which a website signs what it vouches for.", no_args_is_help=True)
cli.add_typer(user, name="user")
cli.add_typer(token, name="token")
cli.add_typer(key, name="key")
cli.add_typer(journal, name="journal")

DataDir = Annotated[Path | None, typer.Option(help="Directory of the database and of keys.", show_default=False)]
Demo = Annotated[bool, typer.Option("--demo", help="Use the demo site and its data directory.")]
Name = Annotated[str, typer.Argument(help="User name.", show_default=False)]
Roles = Annotated[list[str], typer.Option("--role", help="agent, supervisor or administrator; may be repeated.")]
Groups = Annotated[
    list[str] | None, typer.Option("--group", help="Only in this group; may be repeated. Without it: in all of them.")
]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
SiteOption = Annotated[
    str | None, typer.Option("--site", help="Site; may be left out if there is one.", show_default=False)
]
TokenId = Annotated[str, typer.Argument(metavar="ID", help="Id of the token.", show_default=False)]
KeyId = Annotated[str, typer.Argument(metavar="ID", help="Id of the key.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def main() -> None:
    """Run the command line."""
    cli()


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"zuruf {version('zuruf')}")
        raise typer.Exit


@cli.callback()
def _every(
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """What may stand before every command."""


@cli.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Serve the demo site, on loopback only.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default=False)] = None,
    data_dir: DataDir = None,
    tls_self_signed: Annotated[
        bool, typer.Option("--tls-self-signed", help="HTTPS with a certificate made here, for the local network.")
    ] = False,
) -> None:
    """Start the server."""
    loaded = _load(
        {
            "demo": ("--demo", True if demo else None),
            "server.host": ("--host", host),
            "server.port": ("--port", port),
            "data_dir": ("--data-dir", data_dir),
            "tls.self_signed": ("--tls-self-signed", True if tls_self_signed else None),
        }
    )
    from gateway.garbage import look_seldom

    look_seldom()
    from gateway.app import StartRefused
    from gateway.serving import serve_until_told
    from gateway.telemetry import configure_logs

    settings = loaded.settings
    put_back = configure_logs(form=settings.log.format, level=settings.log.level)
    try:
        asyncio.run(serve_until_told(settings, say=typer.echo))
    except StartRefused as why:
        _fail(str(why))
    finally:
        put_back()


@cli.command()
def config(data_dir: DataDir = None, demo: Demo = False) -> None:
    """Print every setting and where it came from; secrets as stars."""
    rows = list(shown(_load(_common(data_dir, demo))))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, source in rows:
        typer.echo(f"{key:<{widths[0]}}  {value:<{min(widths[1], 40)}}  {source}")


@cli.command()
def widget(data_dir: DataDir = None, demo: Demo = False) -> None:
    """Print the script lines that put the widget into a page, pinned to this version by its checksum too."""
    settings = _load(_common(data_dir, demo)).settings
    from gateway.app import STATIC
    from gateway.demo import DEMO_SITE

    running = version("zuruf")
    pinned = STATIC / "widget" / f"{running}.js"
    if not pinned.is_file():
        _fail("The web is not built. Run `make setup`, or install a wheel.")
    checksum = b64encode(sha384(pinned.read_bytes()).digest()).decode()
    address = settings.server.public_url or f"http://localhost:{settings.server.port}"
    for site in (DEMO_SITE,) if settings.demo else settings.site:
        said = f'data-site="{site.id}" data-group="{site.groups[0].id}"'
        typer.echo(f'<script type="module" src="{address}/widget.js" {said}></script>')
        source = f'src="{address}/widget/{running}.js" integrity="sha384-{checksum}" crossorigin'
        typer.echo(f'<script type="module" {source} {said}></script>')


@cli.command()
def doctor(data_dir: DataDir = None, demo: Demo = False) -> None:
    """Check whether everything is as it should be; fails if something is broken."""
    loaded = _load(_common(data_dir, demo))
    from gateway.doctor import Verdict, examine

    findings = asyncio.run(examine(loaded.settings))
    marks = {Verdict.GOOD: "ok     ", Verdict.DOUBTFUL: "warning", Verdict.BAD: "BROKEN "}
    for finding in findings:
        typer.echo(f"{marks[finding.verdict]}  {finding.subject}: {finding.says}")
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise typer.Exit(_FAILED)


@user.command("add")
def user_add(
    name: Name,
    role: Roles,
    site: Annotated[str | None, typer.Option(help="Site; may be left out if there is one.", show_default=False)] = None,
    group: Groups = None,
    display_name: Annotated[
        str | None, typer.Option(help="What others see; the user name if left out.", show_default=False)
    ] = None,
    password_stdin: PasswordStdin = False,
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """Add somebody who signs in."""
    loaded = _load(_common(data_dir, demo))
    from acd.ids import SiteId

    with _refusals():
        named = _site(loaded, site)
        granted = _asked(loaded, lambda stores: _grants(stores, loaded, SiteId(named), role, group))
    password = _password(password_stdin)

    async def work(stores: "Stores") -> str:
        from acd.ids import AgentId
        from gateway.auth.passwords import Passwords
        from gateway.clock import system_clock
        from gateway.ids import new_id
        from gateway.storage.users import User

        where = SiteId(named)
        at = system_clock()
        with Passwords() as passwords:
            hashed = await passwords.hash(password)
        added = User(
            id=AgentId(new_id("ag", at)),
            site=where,
            user_name=name,
            display_name=display_name or name,
            password_hash=hashed,
            grants=granted,
        )
        await stores.directory.add_site(where, where, at)
        await stores.users.add(added, at)
        await stores.audit.add(where, at, actor="command", action="user_added", subject=added.id)
        return f"{name} can sign in now."

    _do(loaded, work)


@user.command("list")
def user_list(data_dir: DataDir = None, demo: Demo = False) -> None:
    """List everybody who signs in."""

    async def work(stores: "Stores") -> str:
        lines = []
        for site in await stores.directory.sites():
            for found in await stores.users.of_site(site):
                granted = ", ".join(
                    sorted(f"{grant.role}{'' if grant.group == '*' else f' ({grant.group})'}" for grant in found.grants)
                )
                off = "  disabled" if found.is_disabled else ""
                lines.append(f"{site}  {found.user_name}  {found.display_name}  {granted or '-'}{off}")
        return "\n".join(lines) or "Nobody."

    _do(_load(_common(data_dir, demo)), work)


@user.command("role")
def user_role(name: Name, role: Roles, group: Groups = None, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Replace somebody's roles. A running server follows within seconds."""
    loaded = _load(_common(data_dir, demo))

    async def work(stores: "Stores", found: "User") -> str:
        granted = await _grants(stores, loaded, found.site, role, group)
        await stores.users.set_grants(found.id, granted)
        return f"{name} is {', '.join(sorted({grant.role for grant in granted}))} now."

    _do_for(loaded, name, "user_role_changed", work)


@user.command("password")
def user_password(
    name: Name, password_stdin: PasswordStdin = False, data_dir: DataDir = None, demo: Demo = False
) -> None:
    """Set a new password; unlocks the account and signs it out everywhere."""
    password = _password(password_stdin)

    async def work(stores: "Stores", found: "User") -> str:
        from gateway.auth.passwords import Passwords

        with Passwords() as passwords:
            await stores.users.set_password(found.id, await passwords.hash(password))
        return f"{name} has a new password."

    _do_for(_load(_common(data_dir, demo)), name, "user_password_set", work)


@user.command("disable")
def user_disable(name: Name, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Shut somebody out; open desks close within seconds."""

    async def work(stores: "Stores", found: "User") -> str:
        await stores.users.disable(found.id)
        return f"{name} cannot sign in any more."

    _do_for(_load(_common(data_dir, demo)), name, "user_disabled", work)


@user.command("enable")
def user_enable(name: Name, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Let somebody in again."""

    async def work(stores: "Stores", found: "User") -> str:
        await stores.users.disable(found.id, disabled=False)
        return f"{name} can sign in again."

    _do_for(_load(_common(data_dir, demo)), name, "user_enabled", work)


@token.command("add")
def token_add(
    scope: Annotated[list[str], typer.Option("--scope", help="elsewhere or links; may be repeated.")],
    site: SiteOption = None,
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """Make a token for a program of a site. It is shown once."""
    loaded = _load(_common(data_dir, demo))

    async def work(stores: "Stores") -> str:
        from acd.ids import SiteId
        from gateway.auth.tokens import Scope, make_token
        from gateway.clock import system_clock

        if unknown := [name for name in scope if name not in list(Scope)]:
            raise _Wrong(f"{unknown[0]} is not a scope. Scopes are {', '.join(Scope)}.")
        where, at = SiteId(_site(loaded, site)), system_clock()
        made, value = await make_token(stores.tokens, where, [Scope(name) for name in scope], at)
        details = {"scopes": " ".join(sorted(made.scopes))}
        await stores.audit.add(where, at, actor="command", action="token_added", subject=made.id, details=details)
        return f"{made.id}\n{value}\nThe second line is the token. It is not shown again."

    _do(loaded, work)


@token.command("list")
def token_list(data_dir: DataDir = None, demo: Demo = False) -> None:
    """List every token: its id, site, scopes, and when it was used last."""

    async def work(stores: "Stores") -> str:
        lines = []
        for found in await stores.tokens.all():
            used = f"used {_day(found.used_at)}" if found.used_at is not None else "never used"
            state = f"revoked {_day(found.revoked_at)}" if found.revoked_at is not None else used
            lines.append(f"{found.site}  {found.id}  {' '.join(sorted(found.scopes))}  {state}")
        return "\n".join(lines) or "None."

    _do(_load(_common(data_dir, demo)), work)


@token.command("revoke")
def token_revoke(token_id: TokenId, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Let a token in no more, at once."""

    async def work(stores: "Stores") -> str:
        await _revoke(stores, stores.tokens, "token", token_id)
        return f"{token_id} lets nobody in any more."

    _do(_load(_common(data_dir, demo)), work)


@key.command("add")
def key_add(site: SiteOption = None, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Make a key for the website of a site. Its secret is shown once."""
    loaded = _load(_common(data_dir, demo))

    async def work(stores: "Stores") -> str:
        from acd.ids import SiteId
        from gateway.clock import system_clock
        from gateway.ids import new_id
        from gateway.secret import server_secret
        from gateway.storage.programs import SigningKey, signing_secret

        where, at = SiteId(_site(loaded, site)), system_clock()
        made = SigningKey(id=new_id("sk", at), site=where, created_at=at)
        secret = signing_secret(server_secret(loaded.settings), where, made.id)
        await stores.keys.add(made)
        await stores.audit.add(where, at, actor="command", action="key_added", subject=made.id)
        return f"{made.id}\n{secret}\nThe second line is the secret. It is not shown again."

    _do(loaded, work)


@key.command("list")
def key_list(data_dir: DataDir = None, demo: Demo = False) -> None:
    """List every key: its id and site."""

    async def work(stores: "Stores") -> str:
        lines = [
            f"{found.site}  {found.id}" + (f"  revoked {_day(found.revoked_at)}" if found.revoked_at else "")
            for found in await stores.keys.all()
        ]
        return "\n".join(lines) or "None."

    _do(_load(_common(data_dir, demo)), work)


@key.command("revoke")
def key_revoke(key_id: KeyId, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Take nothing any more that was signed with a key, at once."""

    async def work(stores: "Stores") -> str:
        await _revoke(stores, stores.keys, "key", key_id)
        return f"Nothing signed with {key_id} counts any more."

    _do(_load(_common(data_dir, demo)), work)


async def _revoke(stores: "Stores", kept: "StoredTokens | StoredKeys", what: str, which: str) -> None:
    """Put a token or a key out of force, and write that down."""
    from gateway.clock import system_clock

    at = system_clock()
    where = await kept.revoke(which, at)
    if where is None:
        raise _Wrong(f"There is no {what} {which} in force. `zuruf {what} list` shows which there are.")
    await stores.audit.add(where, at, actor="command", action=f"{what}_revoked", subject=which)


@journal.command("export")
def journal_export(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output if left out.")] = None,
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """Write facts and decisions as JSON lines. They hold nothing personal."""
    loaded = _load(_common(data_dir, demo))
    from gateway.storage.backup import export_from, export_journal

    async def from_postgres(out: "BinaryIO") -> int:
        from gateway.storage.postgres import open_postgres

        async with open_postgres(_postgres(loaded)) as database:
            return await database.look_long(lambda tx: export_from(tx, out))

    with _refusals(), _writing(file) as out:
        if loaded.settings.mode == "scaled":
            lines = asyncio.run(from_postgres(out))
        else:
            lines = export_journal(loaded.settings.database, out)
    typer.echo(f"{lines} lines.", err=True)


@journal.command("explain")
def journal_explain(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Id of the contact.", show_default=False)],
    site: Annotated[
        str | None, typer.Option("--site", help="Site; may be left out if there is one.", show_default=False)
    ] = None,
    lang: Annotated[str, typer.Option(help="en or de.")] = "en",
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """Tell what happened to a contact, and why."""
    loaded = _load(_common(data_dir, demo))

    async def run() -> str:
        from acd.ids import ContactId, SiteId
        from gateway.clock import system_clock
        from gateway.explanation import explain, in_sentences, notes
        from gateway.forms import journal_to_read, open_database
        from gateway.storage.directory import StoredDirectory
        from gateway.texts import language_of

        where = SiteId(_site(loaded, site))
        async with open_database(loaded.settings) as database:
            told = await explain(journal_to_read(database, where, system_clock), ContactId(contact))
            if not told.entries:
                raise _Wrong(f"Nothing is recorded of {contact} at site {where}.")
            language = language_of(lang)
            said = await in_sentences(told, StoredDirectory(database), where, language, "UTC")
        lines = [
            f"{dt.datetime.fromtimestamp(entry.at / 1000, dt.UTC):%Y-%m-%d %H:%M:%S}  {sentence}"
            for entry, sentence in zip(told.entries, said, strict=True)
        ]
        return "\n".join([*lines, *notes(told, language)])

    with _refusals():
        typer.echo(asyncio.run(run()))


@cli.command()
def simulate(
    scenario: Annotated[Path | None, typer.Argument(help="A scenario, as TOML.", show_default=False)] = None,
    record: Annotated[
        Path | None,
        typer.Option("--journal", help="Instead: decide an exported journal again, and compare.", show_default=False),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="With --journal: play it under these rules too.", show_default=False)
    ] = None,
    site: Annotated[
        str | None, typer.Option(help="With --journal: which site, if there are several in it.", show_default=False)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed than the scenario's.", show_default=False)] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.01, help="Another length than the scenario's.", show_default=False)
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with charts; its name ends in .html.", show_default=False)
    ] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write all figures as JSON; - is standard output.", show_default=False)
    ] = None,
) -> None:
    """Play a day that did not happen: callers and agents of a scenario, decided by the real core."""
    if (scenario is None) is (record is None):
        _fail("Name a scenario, or a --journal. docs/explanation/simulation.md shows how a scenario is written.")
    if record is None and (rules is not None or site is not None):
        _fail("--rules and --site go with --journal.")
    if record is not None and (report is not None or hours is not None):
        _fail("--report and --hours go with a scenario.")
    if report is not None and report.suffix != ".html":
        _fail("Charts are written as HTML: a PNG would need a drawing library. Give a name that ends in .html.")
    from gateway.garbage import look_seldom

    look_seldom()
    from gateway.simulation.record import RecordWrong
    from gateway.simulation.scenario import ScenarioWrong

    try:
        if scenario is not None:
            _play(scenario, seed=seed, hours=hours, report=report, as_json=as_json)
        elif record is not None:
            _decide_again(record, rules, site=site, seed=seed, as_json=as_json)
    except (ScenarioWrong, RecordWrong, OSError) as why:
        _fail(str(why))


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A file that does not exist yet.", show_default=False)],
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """Copy the SQLite database into a file, also while the server runs."""
    loaded = _load(_common(data_dir, demo))
    _only_embedded(loaded)
    from gateway.storage import backup as storage

    with _refusals():
        size = storage.backup(loaded.settings.database, file)
    typer.echo(f"{file}: {size} bytes.")


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", show_default=False)],
    data_dir: DataDir = None,
    demo: Demo = False,
    yes: Yes = False,
) -> None:
    """Make a backup the SQLite database. The server has to be stopped."""
    loaded = _load(_common(data_dir, demo))
    _only_embedded(loaded)
    from gateway.demo import DEMO_SITE
    from gateway.storage import backup as storage

    if not yes:
        typer.confirm(f"Replace {loaded.settings.database} by {file}?", abort=True)
    with _refusals():
        unless_site = None if loaded.settings.demo else DEMO_SITE.id
        kept = storage.restore(file, loaded.settings.database, unless_site=unless_site)
    typer.echo("Restored." + (f" What was there is now {kept}." if kept is not None else ""))


@cli.command()
def migrate(data_dir: DataDir = None, demo: Demo = False) -> None:
    """Bring the database to this release's form. `serve` does so by itself."""
    loaded = _load(_common(data_dir, demo))
    from gateway.storage import backup as storage

    async def postgres() -> tuple[str | None, str | None]:
        from gateway.storage.postgres import PostgresDatabase

        database = PostgresDatabase(_postgres(loaded))
        try:
            return await database.migrate()
        finally:
            await database.close()

    with _refusals():
        if loaded.settings.mode == "scaled":
            before, after = asyncio.run(postgres())
        else:
            before, after = storage.migrate(loaded.settings.database)
    typer.echo(f"The database is at {after}." if before == after else f"From {before or 'nothing'} to {after}.")


def _only_embedded(loaded: Loaded) -> None:
    if loaded.settings.mode == "scaled":
        _fail(
            "This is for the SQLite file of the embedded form. Use PostgreSQL's own tools, such as pg_dump and "
            "pg_restore: everything is in that one database."
        )


def _postgres(loaded: Loaded) -> str:
    url = loaded.settings.postgres.url
    assert url is not None, "settings see to it"
    return url.get_secret_value()


def _day(at: int) -> str:
    """A moment, to the minute, in UTC."""
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M")


def _common(data_dir: Path | None, demo: bool) -> dict[str, tuple[str, object]]:
    return {"data_dir": ("--data-dir", data_dir), "demo": ("--demo", True if demo else None)}


def _load(options: Mapping[str, tuple[str, object]]) -> Loaded:
    given = {key: option for key, option in options.items() if option[1] is not None}
    try:
        return load(os.environ, directory=Path.cwd(), options=given)
    except SettingsWrong as wrong:
        typer.echo(f"The settings cannot be used.\n{wrong}", err=True)
        raise typer.Exit(_WRONG_SETTINGS) from None


def _do(loaded: Loaded, work: Callable[["Stores"], Coroutine[Any, Any, str]]) -> None:
    """Do something short with the database, beside a server that may be running."""
    with _refusals():
        typer.echo(_asked(loaded, work))


def _asked(loaded: Loaded, work: Callable[["Stores"], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        from gateway.app import Stores
        from gateway.forms import open_database

        async with open_database(loaded.settings) as database:
            return await work(Stores.on(database))

    return asyncio.run(run())


def _do_for(loaded: Loaded, name: str, action: str, work: Callable[["Stores", "User"], Awaitable[str]]) -> None:
    """Do something to one user, and write down that it was done."""

    async def found_first(stores: "Stores") -> str:
        from gateway.clock import system_clock

        found = await stores.users.by_name(name)
        if found is None:
            raise _Wrong(f"There is no user {name}. `zuruf user list` shows who there is.")
        said = await work(stores, found)
        await stores.audit.add(found.site, system_clock(), actor="command", action=action, subject=found.id)
        return said

    _do(loaded, found_first)


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """Shows how far something is, if somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    yield lambda share: typer.echo(f"\r{share:4.0%} ", nl=False, err=True)
    typer.echo("\r     \r", nl=False, err=True)


def _play(scenario: Path, *, seed: int | None, hours: float | None, report: Path | None, as_json: Path | None) -> None:
    from gateway.simulation.page import as_page
    from gateway.simulation.report import as_text
    from gateway.simulation.run import simulate as play
    from gateway.simulation.scenario import read_scenario

    with _progress() as progress:
        found = play(read_scenario(scenario), folder=scenario.parent, seed=seed, hours=hours, progress=progress)
    _write(found, as_text(found), as_json)
    if report is not None:
        report.write_text(as_page(found), "utf-8")


def _decide_again(
    record: Path, rules: Path | None, *, site: str | None, seed: int | None, as_json: Path | None
) -> None:
    from gateway.simulation.again import as_text, read_rules, replay
    from gateway.simulation.record import read_record

    changed = None if rules is None else read_rules(rules)
    with _progress() as progress:
        found = replay(read_record(record, site), changed, seed=1 if seed is None else seed, progress=progress)
    _write(found, as_text(found), as_json)
    if found.again is not None and found.again.differing:
        raise typer.Exit(_FAILED)


def _write(found: object, text: str, as_json: Path | None) -> None:
    """Print a report, and write it as JSON where that was asked for; JSON on standard output replaces the text."""
    import msgspec

    json = msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    if as_json == Path("-"):
        typer.echo(json, nl=False)
        return
    typer.echo(text, nl=False)
    if as_json is not None:
        as_json.write_text(json, "utf-8")


class _Wrong(Exception):
    """What was asked for cannot be done; the message says why."""


@contextmanager
def _refusals() -> Iterator[None]:
    """What cannot be done becomes a sentence."""
    from gateway.storage.backup import BackupRefused
    from gateway.storage.database import AlreadyServed, StorageUnavailable
    from gateway.storage.migrate import SchemaIsNewer
    from gateway.storage.users import UserNameTaken

    try:
        yield
    except (BackupRefused, AlreadyServed, SchemaIsNewer, StorageUnavailable, UserNameTaken, _Wrong) as why:
        _fail(str(why))
    except OSError as why:
        _fail(_in_words(why))


def _in_words(why: OSError) -> str:
    match why:
        case FileExistsError():
            return f"{why.filename} exists. Choose another name, or move that file away first."
        case FileNotFoundError():
            return f"{why.filename} is in a directory that does not exist. Make it first, or choose another place."
        case IsADirectoryError():
            return f"{why.filename} is a directory. Name a file in it."
        case NotADirectoryError():
            return f"{why.filename} cannot be: what should be a directory there is a file. Choose another place."
        case PermissionError():
            return (
                f"{why.filename} may not be read or written by this user. "
                "Run the command as the user that the server runs as, or choose another place."
            )
        case _:
            return f"{why.filename or 'The output'} cannot be read or written: {why.strerror}."


@contextmanager
def _writing(file: Path | None) -> Iterator[BinaryIO]:
    """A file that is new, and gone again if it could not be filled; standard output without a name."""
    if file is None:
        yield sys.stdout.buffer
        return
    with file.open("xb") as out:
        try:
            yield out
        except BaseException:
            file.unlink()
            raise


def _site(loaded: Loaded, named: str | None) -> str:
    from gateway.demo import DEMO_SITE

    known = [DEMO_SITE.id] if loaded.settings.demo else [site.id for site in loaded.settings.site]
    if named is None and len(known) == 1:
        return known[0]
    if not known:
        raise _Wrong("No site is set up yet. Write one into zuruf.toml, as [[site]], or add --demo.")
    if named is None:
        raise _Wrong(f"There are several sites. Say which with --site: {', '.join(known)}.")
    if named not in known:
        raise _Wrong(f"There is no site {named}. Say which with --site: {', '.join(known)}.")
    return named


async def _grants(
    stores: "Stores", loaded: Loaded, site: "SiteId", roles: list[str], groups: list[str] | None
) -> "frozenset[Grant]":
    from acd.ids import GroupId
    from gateway.auth.roles import Role, grants
    from gateway.demo import DEMO_SITE

    if unknown := [role for role in roles if role not in list(Role)]:
        raise _Wrong(f"{unknown[0]} is not a role. Roles are {', '.join(Role)}.")
    sites = (DEMO_SITE,) if loaded.settings.demo else loaded.settings.site
    version = await stores.configuration.newest(site)
    # Before the first start there is only what the site will begin with.
    begun = [group.id for written in sites if written.id == site for group in written.groups]
    known = begun if version is None else [group.id for group in version.document.groups]
    if strangers := [group for group in groups or [] if group not in known]:
        raise _Wrong(f"Site {site} has no group {strangers[0]}. It has {', '.join(known) or 'none'}.")
    return grants([Role(role) for role in roles], [GroupId(group) for group in groups or []])


def _password(from_stdin: bool) -> str:
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else ""
    if not from_stdin:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not 8 <= len(password) <= 200:
        _fail("A password has 8 to 200 characters.")
    return password


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(_FAILED)
