"""The demo has its people, keeps to itself, and is never taken for the real thing."""

from pathlib import Path

import pytest

from acd.ids import SiteId
from gateway.app import StartRefused, running
from gateway.serving import ready_box
from tests.gateway.house import House, add_people, open_house, quick_passwords, settings_in

PASSWORD = "zuruf-demo"


async def test_everybody_of_the_demo_can_sign_in(tmp_path: Path) -> None:
    async with open_house(tmp_path, demo=True, site=None) as house:
        replies = {name: await house.sign_in(name, PASSWORD) for name in ("anna", "ben", "chris", "admin", "sofia")}
        availability = await house.ask("GET", "/api/v1/sites/demo/availability?lang=de")
        call = await house.call(site="demo", origin=house.url)

    assert [replies[name].said["roles"] for name in ("anna", "ben", "chris")] == [["agent"]] * 3
    assert replies["admin"].said["roles"] == ["administrator"]
    assert replies["sofia"].said["roles"] == ["supervisor"]
    assert [(group["id"], group["name"]) for group in availability.said["groups"]] == [("sales", "Verkauf")]
    assert call.status == 201


async def test_a_second_start_seeds_nothing_anew(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, demo=True, site=None)
    async with running(settings, passwords=quick_passwords()):
        pass
    async with open_house(tmp_path, demo=True, site=None) as house:
        await _change_bens_password(house)
    async with open_house(tmp_path, demo=True, site=None) as house:
        async with house.stores() as stores:
            names = [user.user_name for user in await stores.users.of_site(SiteId("demo"))]

        assert names == ["admin", "anna", "ben", "chris", "sofia"]
        assert (await house.sign_in("ben", "another password")).status == 200


async def _change_bens_password(house: House) -> None:
    with quick_passwords() as passwords:
        hashed = await passwords.hash("another password")
    async with house.stores() as stores:
        ben = await stores.users.by_name("ben")
        assert ben is not None
        await stores.users.set_password(ben.id, hashed)


async def test_data_of_the_demo_is_refused_outside_the_demo(tmp_path: Path) -> None:
    async with running(settings_in(tmp_path, demo=True, site=None), passwords=quick_passwords()):
        pass

    with pytest.raises(StartRefused, match="made by demo mode"):
        async with running(settings_in(tmp_path), passwords=quick_passwords()):
            pass


async def test_the_demo_does_not_open_real_data(tmp_path: Path) -> None:
    await add_people(settings_in(tmp_path))

    with pytest.raises(StartRefused, match="real site"):
        async with running(settings_in(tmp_path, demo=True, site=None), passwords=quick_passwords()):
            pass


async def test_without_a_site_a_server_says_how_to_set_one_up(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match=r"\[\[site\]\]"):
        async with running(settings_in(tmp_path, site=None), passwords=quick_passwords()):
            pass


def test_the_box_says_where_to_go_and_with_which_names() -> None:
    assert ready_box("http://localhost:8080", is_demo=True) == (
        "Ready.  Visitor     http://localhost:8080/\n"
        "        Agent       http://localhost:8080/agent         anna / zuruf-demo\n"
        "        Supervisor  http://localhost:8080/supervisor    sofia / zuruf-demo"
    )
    assert ready_box("https://call.example", is_demo=False) == (
        "Ready.  Agent       https://call.example/agent\n        Supervisor  https://call.example/supervisor"
    )
