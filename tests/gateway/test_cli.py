"""The command line: settings shown, people added and shut out, data taken out and put back."""

import base64
import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.app import STATIC, StartRefused, running
from gateway.cli import cli
from tests.gateway.house import PASSWORD, House, open_house, settings_in

Run = Callable[..., Result]

TOML = """
[[site]]
id = "shop"
origins = ["https://shop.example"]

[[site.groups]]
id = "sales"
names = { de = "Verkauf", en = "Sales" }
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a directory with a site of its own."""
    (tmp_path / "zuruf.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)

    def command(*words: str, typed: str = "", code: int = 0) -> Result:
        result = CliRunner().invoke(cli, list(words), input=typed)
        assert result.exit_code == code, (result.output, result.stderr, result.exception)
        return result

    return command


def test_config_shows_every_value_and_where_it_came_from(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZURUF_SERVER__PORT", "9999")
    monkeypatch.setenv("ZURUF_SECRET", "canary" * 9)

    lines = {line.split()[0]: line.split()[1:] for line in run("config", "--data-dir", "elsewhere").output.splitlines()}

    assert lines["server.port"] == ["9999", "ZURUF_SERVER__PORT"]
    assert lines["data_dir"] == ["elsewhere", "--data-dir"]
    assert lines["mode"] == ["embedded", "default"]
    assert lines["site"][0] == "shop"
    assert lines["site"][1].endswith("zuruf.toml")
    assert lines["secret"] == ["********", "ZURUF_SECRET"]


def test_the_script_line_is_printed_also_pinned_by_its_checksum(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZURUF_SERVER__PUBLIC_URL", "https://call.example")

    plain, pinned = run("widget").output.splitlines()

    said = 'data-site="shop" data-group="sales"></script>'
    assert plain == f'<script type="module" src="https://call.example/widget.js" {said}'
    file = STATIC / "widget" / f"{version('zuruf')}.js"
    checksum = base64.b64encode(hashlib.sha384(file.read_bytes()).digest()).decode()
    assert f'src="https://call.example/widget/{file.name}" integrity="sha384-{checksum}" crossorigin' in pinned


def test_settings_that_are_wrong_end_every_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZURUF_MOED", "embedded")

    for command in (["serve"], ["config"], ["doctor"], ["user", "list"], ["backup", "x"]):
        assert "Did you mean ZURUF_MODE?" in run(*command, code=2).stderr


def test_somebody_who_was_added_is_listed_changed_and_shut_out(run: Run) -> None:
    added = ("user", "add", "Vera", "--role", "agent", "--group", "sales", "--display-name", "Vera V.")

    run(*added, "--password-stdin", typed=f"{PASSWORD}\n")
    assert run("user", "list").output == "shop  vera  Vera V.  agent (sales)\n"
    run("user", "role", "vera", "--role", "agent", "--role", "administrator")
    assert run("user", "list").output == "shop  vera  Vera V.  administrator, agent\n"
    run("user", "disable", "vera")
    assert run("user", "list").output == "shop  vera  Vera V.  administrator, agent  disabled\n"
    run("user", "enable", "VERA")
    assert "disabled" not in run("user", "list").output
    assert "taken" in run(*added, "--password-stdin", typed=f"{PASSWORD}\n", code=1).stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("user", "add", "vera", "--role", "king", "--password-stdin"), "king is not a role"),
        (("user", "add", "vera", "--role", "agent", "--group", "x", "--password-stdin"), "no group x"),
        (
            ("user", "add", "vera", "--role", "agent", "--site", "x", "--password-stdin"),
            "no site x. Say which with --site: shop",
        ),
        (("user", "disable", "nobody"), "There is no user nobody"),
        (("user", "password", "nobody", "--password-stdin"), "There is no user nobody"),
        (("backup", "copy"), "There is no file"),
        (("restore", "copy", "--yes"), "There is no file"),
        (("journal", "export"), "There is no file"),
        (("journal", "export", "new.jsonl"), "There is no file"),
        (("journal", "export", "zuruf.toml"), "zuruf.toml exists. Choose another name"),
        (("journal", "export", "nowhere/out.jsonl"), "in a directory that does not exist"),
        (("journal", "export", "zuruf.toml/out.jsonl"), "what should be a directory there is a file"),
        (("user", "list", "--data-dir", "zuruf.toml"), "zuruf.toml exists"),
        (("restore", "zuruf.toml", "--yes"), "cannot be read as a database"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, words: tuple[str, ...], says: str) -> None:
    refused = run(*words, typed=f"{PASSWORD}\n", code=1)

    assert says in refused.stderr
    assert "Traceback" not in refused.output


@pytest.mark.parametrize("wrong", [("--role", "king"), ("--role", "agent", "--site", "x")])
def test_nobody_is_asked_for_a_password_in_vain(run: Run, wrong: tuple[str, ...]) -> None:
    assert "Password" not in run("user", "add", "vera", *wrong, code=1).output


def test_an_export_that_fails_leaves_no_file_behind(run: Run, tmp_path: Path) -> None:
    run("journal", "export", "out.jsonl", code=1)

    assert not (tmp_path / "out.jsonl").exists()


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").output == f"zuruf {version('zuruf')}\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[server\n", "is not valid TOML"),
        (b'secret = "\xff"\n', "is not UTF-8 text. Save it as UTF-8."),
        (None, "cannot be read: Is a directory. Mend that, or name another file with ZURUF_CONFIG."),
    ],
)
def test_a_broken_configuration_file_is_named_with_what_to_do(
    run: Run, tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "zuruf.toml"
    file.unlink()
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)

    refused = run("config", code=2)

    assert f"{file} " in refused.stderr
    assert says in refused.stderr


def test_without_any_site_it_is_said_how_to_have_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zuruf.toml").write_text("")

    refused = run("user", "add", "vera", "--role", "agent", code=1)

    assert "No site is set up yet. Write one into zuruf.toml" in refused.stderr


def test_a_short_password_is_refused(run: Run) -> None:
    assert "8 to 200" in run("user", "add", "v", "--role", "agent", "--password-stdin", typed="short\n", code=1).stderr


def test_a_password_can_be_typed_twice(run: Run) -> None:
    assert "can sign in now" in run("user", "add", "v", "--role", "agent", typed=f"{PASSWORD}\n{PASSWORD}\n").output


def test_the_database_goes_into_a_backup_and_comes_back(run: Run) -> None:
    run("user", "add", "vera", "--role", "agent", "--password-stdin", typed=f"{PASSWORD}\n")
    run("backup", "copy.sqlite3")
    run("user", "disable", "vera")

    run("restore", "copy.sqlite3", "--yes")

    assert "disabled" not in run("user", "list").output
    assert "The database is at" in run("migrate").output
    assert "exists" in run("backup", "copy.sqlite3", code=1).stderr


async def test_the_journal_is_exported_while_the_server_runs_without_personal_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        await house.call(name="canary", topic="canary")
        monkeypatch.setenv("ZURUF_DATA_DIR", str(house.settings.data_dir))

        result = CliRunner().invoke(cli, ["journal", "export"])

    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["fact"][0] for line in lines if "fact" in line] == ["SiteConfigured", "ContactRequested"]
    assert "canary" not in result.stdout


async def test_a_second_server_on_the_same_data_refuses(house: House) -> None:
    with pytest.raises(StartRefused, match="in use by another"):
        async with running(house.settings):
            pass


async def test_a_port_that_is_taken_is_said_in_a_sentence(house: House, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, data_dir=tmp_path / "other", server__port=house.server.port)

    with pytest.raises(StartRefused, match="Choose another one with --port"):
        async with running(settings):
            pass


def test_a_server_that_cannot_start_says_why_and_ends(run: Run) -> None:
    Path("zuruf.toml").write_text("")

    assert "[[site]]" in run("serve", "--port", "0", code=1).stderr
