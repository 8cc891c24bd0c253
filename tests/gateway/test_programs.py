"""Programs get in with a token, for what it is meant for, until it is revoked."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from acd.facts import AgentElsewhere
from acd.ids import SiteId
from gateway.auth.tokens import Scope, make_token
from gateway.cli import cli
from gateway.clock import system_clock
from tests.gateway.house import House, Reply
from tests.gateway.people import agent_id, caller, desk
from tests.gateway.told import facts_of

SHOP_ID = SiteId("shop")


@pytest.fixture
def command(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line beside the house."""
    (tmp_path / "zuruf.toml").write_text('[[site]]\nid = "shop"\n[[site.groups]]\nid = "sales"\n'
                                         'names = { de = "Verkauf", en = "Sales" }\n', "utf-8")  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZURUF_DATA_DIR", str(house.settings.data_dir))
    return CliRunner()


async def _run(command: CliRunner, *words: str) -> Result:
    """Run a command, which has a loop of its own."""
    return await asyncio.to_thread(command.invoke, cli, words)


async def _made(command: CliRunner, *words: str) -> tuple[str, str]:
    result = await _run(command, *words)
    assert result.exit_code == 0, result.output
    name, value, _ = result.output.splitlines()
    return name, value


async def _say(house: House, agent: str, token: str, *, seconds: int = 60, source: str = "phone") -> Reply:
    body = {"source": source, "leaseSeconds": seconds}
    headers = {"Authorization": f"Bearer {token}"}
    return await house.ask("PUT", f"/api/v1/agents/{agent}/elsewhere", body=body, headers=headers)


async def _back(house: House, agent: str, token: str) -> Reply:
    headers = {"Authorization": f"Bearer {token}"}
    return await house.ask("DELETE", f"/api/v1/agents/{agent}/elsewhere?source=phone", headers=headers)


async def test_an_agent_whom_another_system_has_is_offered_nothing_until_they_are_back(
    house: House, command: CliRunner
) -> None:
    _, token = await _made(command, "token", "add", "--scope", "elsewhere")
    anna = await agent_id(house, "anna")

    async with desk(house) as socket:
        assert (await _say(house, anna, token)).status == 204
        async with caller(house) as (_, contact):
            assert (await house.ask("GET", "/api/v1/sites/shop/availability")).said["groups"][0]["state"] != "available"
            assert (await _back(house, anna, token)).status == 204
            while (seen := await socket.hear_type("agent.changed"))["desk"]["contact"] is None:
                pass
            assert seen["desk"]["contact"]["id"] == contact

    told = [(fact.source, fact.for_ms) for fact in await facts_of(house) if isinstance(fact, AgentElsewhere)]
    assert told == [("phone", 60_000), ("phone", 0)]


async def test_a_token_is_kept_as_a_hash_and_says_when_it_was_used(house: House, command: CliRunner) -> None:
    name, token = await _made(command, "token", "add", "--scope", "elsewhere")
    assert "never used" in (await _run(command, "token", "list")).output

    await _say(house, await agent_id(house, "anna"), token)

    assert "  used 20" in (await _run(command, "token", "list")).output
    assert token.encode() not in house.settings.database.read_bytes()
    async with house.stores() as stores:
        found = await stores.tokens.find(hashlib.sha256(token.encode()).digest())
        actions = [(entry.action, entry.subject) for entry in await stores.audit.entries(SHOP_ID)]
    assert found is not None
    assert found.id == name
    assert ("token_added", name) in actions


async def test_a_revoked_token_lets_nobody_in(house: House, command: CliRunner) -> None:
    name, token = await _made(command, "token", "add", "--scope", "elsewhere")
    anna = await agent_id(house, "anna")

    assert "any more" in (await _run(command, "token", "revoke", name)).output
    reply = await _say(house, anna, token)
    again = await _run(command, "token", "revoke", name)

    assert (reply.status, reply.said["code"]) == (401, "token_wrong")
    assert again.exit_code == 1
    assert "no token" in again.stderr
    assert "revoked 20" in (await _run(command, "token", "list")).output


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer zt_guessed"}, {"Authorization": "Basic YTpi"}])
async def test_without_a_token_nobody_says_where_agents_are(house: House, headers: dict[str, str]) -> None:
    body = {"source": "phone", "leaseSeconds": 60}

    reply = await house.ask("PUT", "/api/v1/agents/ag_1/elsewhere", body=body, headers=headers)

    assert (reply.status, reply.said["code"]) == (401, "token_wrong")


async def test_who_is_signed_in_is_no_program(house: House) -> None:
    cookie, csrf = await house.signed_in("admin")
    body = {"source": "phone", "leaseSeconds": 60}

    reply = await house.ask(
        "PUT", "/api/v1/agents/ag_1/elsewhere", body=body, cookie=cookie, headers={"X-Zuruf-CSRF": csrf}
    )

    assert reply.status == 401


async def test_a_token_of_another_scope_or_site_does_nothing_here(house: House, command: CliRunner) -> None:
    anna = await agent_id(house, "anna")
    async with house.stores() as stores:
        _, none = await make_token(stores.tokens, SHOP_ID, [], system_clock())
        _, other = await make_token(stores.tokens, SiteId("bank"), [Scope.ELSEWHERE], system_clock())

    assert (await _say(house, anna, none)).status == 403
    assert (await _say(house, anna, other)).status == 404


@pytest.mark.parametrize("seconds", [0, 4, 24 * 60 * 60 + 1])
async def test_a_lease_has_bounds(house: House, command: CliRunner, seconds: int) -> None:
    _, token = await _made(command, "token", "add", "--scope", "elsewhere")

    reply = await _say(house, await agent_id(house, "anna"), token, seconds=seconds)

    assert (reply.status, reply.said["errors"][0]["field"]) == (400, "leaseSeconds")


async def test_keys_are_made_listed_and_revoked(house: House, command: CliRunner) -> None:
    name, secret = await _made(command, "key", "add")

    assert len(secret) == 64
    assert name in (await _run(command, "key", "list")).output
    assert (await _run(command, "key", "revoke", name)).exit_code == 0
    assert (await _run(command, "key", "revoke", name)).exit_code == 1
    assert "revoked" in (await _run(command, "key", "list")).output


async def test_only_scopes_that_exist_are_given(command: CliRunner) -> None:
    result = await _run(command, "token", "add", "--scope", "everything")

    assert result.exit_code == 1
    assert "elsewhere" in result.stderr
