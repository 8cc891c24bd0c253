"""The demo: one site, one group, five people whose password everybody knows.

It lives in a data directory of its own and only there: a directory that was ever served
as a demo is refused outside demo mode, and the other way round.
"""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

from acd.ids import AgentId, Millis, SiteId
from gateway.auth.passwords import Passwords
from gateway.auth.roles import Role, grants
from gateway.clock import Clock
from gateway.ids import new_id
from gateway.settings import GroupNames, GroupSettings, SiteSettings
from gateway.storage.users import StoredUsers, User, UserNameTaken

DEMO_SITE: Final = SiteSettings(
    id="demo",
    name="Demo",
    groups=(GroupSettings(id="sales", names=GroupNames(de="Verkauf", en="Sales")),),
)
PASSWORD: Final = "zuruf-demo"  # noqa: S105 - known on purpose, on loopback only.
PEOPLE: Final = (
    ("anna", "Anna", Role.AGENT),
    ("ben", "Ben", Role.AGENT),
    ("chris", "Chris", Role.AGENT),
    ("sofia", "Sofia", Role.SUPERVISOR),
    ("admin", "Admin", Role.ADMINISTRATOR),
)
_MARK = "demo"


class NotForThis(Exception):
    """The data directory belongs to the other mode."""


def check_mark(data_dir: Path, *, is_demo: bool) -> None:
    """Keep demo and real apart; marks a new directory.

    Raises:
        NotForThis: If this directory was served in the other mode before.
    """
    mark = data_dir / _MARK
    if is_demo:
        if not mark.exists() and any(data_dir.glob("*.sqlite3")):
            raise NotForThis(
                f"{data_dir} holds the data of a real site; demo mode, whose passwords everybody knows, "
                "does not open it. Name another directory with --data-dir."
            )
        data_dir.mkdir(parents=True, exist_ok=True)
        mark.write_text("This directory was made by demo mode. Its passwords are public.\n", "utf-8")
    elif mark.exists():
        raise NotForThis(
            f"{data_dir} was made by demo mode, whose passwords everybody knows. "
            "Name another directory with --data-dir, or add --demo."
        )


def check_sites(sites: Collection[SiteId], *, is_demo: bool) -> None:
    """Keep demo and real apart in a database that several processes share.

    Raises:
        NotForThis: If there is a site of the other mode in it.
    """
    demo = SiteId(DEMO_SITE.id)
    if is_demo and set(sites) - {demo}:
        raise NotForThis(
            "This database holds a real site; demo mode, whose passwords everybody knows, does not open it. "
            "Name another one with postgres.url."
        )
    if not is_demo and demo in sites:
        raise NotForThis(
            "This database was used by demo mode, whose passwords everybody knows. "
            "Name another one with postgres.url, or add --demo."
        )


async def seed_people(users: StoredUsers, passwords: Passwords, clock: Clock) -> None:
    """Add who is not there yet. Whoever was changed stays changed."""
    site = SiteId(DEMO_SITE.id)
    there = {user.user_name for user in await users.of_site(site)}
    missing = [person for person in PEOPLE if person[0] not in there]
    if not missing:
        return
    hashed = await passwords.hash(PASSWORD)
    for user_name, display_name, role in missing:
        at: Millis = clock()
        added = User(
            id=AgentId(new_id("ag", at)),
            site=site,
            user_name=user_name,
            display_name=display_name,
            password_hash=hashed,
            grants=grants([role], []),
        )
        # Another process that starts at the same time may have been first.
        with suppress(UserNameTaken):
            await users.add(added, at)
