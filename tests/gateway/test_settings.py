"""Settings come in order, say where they come from, and refuse what means nothing."""

from pathlib import Path

import pytest

from gateway.settings import SettingsWrong, documented, load, shown


def _written(directory: Path, text: str) -> Path:
    (directory / "zuruf.toml").write_text(text, "utf-8")
    return directory


def test_what_comes_later_wins(tmp_path: Path) -> None:
    _written(tmp_path, "[server]\nport = 1\nhost = 'localhost'\ndrain_seconds = 7\n")

    loaded = load(
        {"ZURUF_SERVER__PORT": "2", "ZURUF_SERVER__HOST": "::1"},
        directory=tmp_path,
        options={"server.port": ("--port", 3)},
    )

    server = loaded.settings.server
    assert (server.port, server.host, server.drain_seconds) == (3, "::1", 7)
    assert loaded.sources["server.port"] == "--port"
    assert loaded.sources["server.host"] == "ZURUF_SERVER__HOST"
    assert loaded.sources["server.drain_seconds"] == str(tmp_path / "zuruf.toml")
    assert loaded.sources["mode"] == "default"


def test_another_file_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[server]\nport = 5\n")

    loaded = load({"ZURUF_CONFIG": str(tmp_path / "other.toml")}, directory=tmp_path)

    assert loaded.settings.server.port == 5


@pytest.mark.parametrize(
    ("environ", "text", "says"),
    [
        ({"ZURUF_MOED": "embedded"}, "", "ZURUF_MOED is not a setting. Did you mean ZURUF_MODE?"),
        ({"ZURUF_SERVER__PROT": "1"}, "", "ZURUF_SERVER__PROT is not a setting. Did you mean ZURUF_SERVER__PORT?"),
        ({}, "[server]\nprot = 1\n", "server.prot is not a setting. Did you mean server.port?"),
        ({}, "mood = 'good'\n", "mood is not a setting."),
        (
            {},
            "[[site]]\nid = 's'\nprivacy_url = 'javascript:0'\ngroups = [{ id = 's', names = { de = 'V', en = 'S' } }]",
            "privacy_url has to be the address of a page",
        ),
        ({"ZURUF_SERVER__PORT": "many"}, "", "ZURUF_SERVER__PORT"),
        ({"ZURUF_MODE": "huge"}, "", "ZURUF_MODE: Input should be 'embedded' or 'scaled'"),
        ({"ZURUF_MODE": "scaled"}, "", "mode is 'scaled', which needs postgres.url, redis.url, secret"),
        (
            {"ZURUF_MODE": "scaled", "ZURUF_POSTGRES__URL": "postgresql://h/z", "ZURUF_REDIS__URL": "redis://h"},
            "",
            "needs secret: the same for every process",
        ),
        ({"ZURUF_POSTGRES__URL": "postgresql://h/z"}, "", "postgres.url set, but mode is 'embedded'"),
        ({"ZURUF_REDIS__URL": "redis://h"}, "", "redis.url set, but mode is 'embedded'"),
        ({"ZURUF_POSTGRES__URL": "mysql://h/z"}, "", "postgres.url has to begin with postgresql://"),
        ({"ZURUF_REDIS__URL": "h:6379"}, "", "redis.url has to begin with redis://"),
        ({"ZURUF_SERVER__HOST": "0.0.0.0"}, "", "without TLS"),
        ({"ZURUF_SERVER__HOST": "0.0.0.0", "ZURUF_SERVER__PUBLIC_URL": "https://a.example"}, "", "trusted_proxies"),
        ({"ZURUF_SERVER__HOST": "0.0.0.0", "ZURUF_TLS__SELF_SIGNED": "1", "ZURUF_DEMO": "1"}, "", "loopback only"),
        ({"ZURUF_TLS__CERT": "a.pem"}, "", "cert and key belong together"),
        ({"ZURUF_TURN__URLS": "turn:a.example"}, "", "turn.secret is not"),
        ({"ZURUF_TURN__URLS": "http://a.example"}, "", "is not a turn:, turns: or stun: address"),
        ({"ZURUF_SECRET": "short"}, "", "at least 32 characters"),
        ({"ZURUF_SERVER__PUBLIC_URL": "https://a.example/path"}, "", "an origin looks like"),
        ({"ZURUF_CONFIG": "missing.toml"}, "", "does not exist"),
        ({}, "server = [", "is not valid TOML"),
        ({}, "[[site]]\nid = 'a'\ngroups = []\n", "site.0.groups"),
    ],
)
def test_what_means_nothing_is_refused_with_a_sentence(
    tmp_path: Path, environ: dict[str, str], text: str, says: str
) -> None:
    _written(tmp_path, text)

    with pytest.raises(SettingsWrong) as refused:
        load(environ, directory=tmp_path)

    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://Shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://shop.example:443", "http://shop.example:443"),
        ("https://shop.example:08443", "https://shop.example:8443"),
        ("HTTPS://BÜCHER.example", "https://xn--bcher-kva.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://192.0.2.1", "http://192.0.2.1"),
        ("http://[2001:DB8:0::1]:80", "http://[2001:db8::1]"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(tmp_path: Path, written: str, sent: str) -> None:
    settings = load({"ZURUF_SERVER__PUBLIC_URL": written}, directory=tmp_path).settings

    assert settings.server.public_url == sent


@pytest.mark.parametrize(
    "written",
    [
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop.example/path",
        "https://shop.example?x=1",
        "https://shop.example#top",
        "https://user@shop.example",
        "https://user:word@shop.example",
        "https://*.shop.example",
        "https://shop.example:many",
        "https://shop.example:99999",
        "https://shop..example",
        "https://shop .example",
        "https://[2001:db8",
        "https://straße.example",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_refused_with_a_sentence(tmp_path: Path, written: str) -> None:
    with pytest.raises(SettingsWrong, match=r"ZURUF_SERVER__PUBLIC_URL: an origin looks like https://shop\.example"):
        load({"ZURUF_SERVER__PUBLIC_URL": written}, directory=tmp_path)


def test_a_wrong_value_is_not_repeated_because_it_may_be_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong) as refused:
        load({"ZURUF_SECRET": "canary", "ZURUF_SERVER__PORT": "canary"}, directory=tmp_path)

    assert "canary" not in str(refused.value)


def test_secrets_are_shown_as_stars(tmp_path: Path) -> None:
    environ = {
        "ZURUF_SECRET": "canary" * 10,
        "ZURUF_TURN__SECRET": "canary",
        "ZURUF_METRICS__TOKEN": "canary",
        "ZURUF_TURN__URLS": "turn:a.example:3478?transport=udp, turns:a.example",
    }

    rows = {key: (value, source) for key, value, source in shown(load(environ, directory=tmp_path))}

    assert rows["secret"] == ("********", "ZURUF_SECRET")
    assert rows["turn.urls"][0] == "turn:a.example:3478?transport=udp, turns:a.example"
    assert "canary" not in str(rows)


def test_the_demo_keeps_its_data_apart(tmp_path: Path) -> None:
    loaded = load({"ZURUF_DEMO": "true"}, directory=tmp_path)

    assert loaded.settings.data_dir == Path("data/demo")
    assert loaded.sources["data_dir"] == "demo mode"


def test_behind_a_proxy_that_speaks_https_plain_http_is_allowed(tmp_path: Path) -> None:
    environ = {
        "ZURUF_SERVER__HOST": "0.0.0.0",
        "ZURUF_SERVER__PUBLIC_URL": "https://call.example",
        "ZURUF_SERVER__TRUSTED_PROXIES": "10.0.0.1, 192.168.0.0/16",
    }

    settings = load(environ, directory=tmp_path).settings

    assert [str(network) for network in settings.server.trusted_proxies] == ["10.0.0.1/32", "192.168.0.0/16"]


def test_every_setting_says_what_it_means() -> None:
    assert [item.key for item in documented() if not item.field.description] == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, True),
        ({"ZURUF_SERVER__HOST": "::1"}, True),
        ({"ZURUF_SERVER__PUBLIC_URL": "https://call.example"}, False),
        ({"ZURUF_SERVER__TRUSTED_PROXIES": "127.0.0.1/32"}, False),
        ({"ZURUF_SERVER__HOST": "192.0.2.1", "ZURUF_TLS__SELF_SIGNED": "true"}, False),
    ],
)
def test_loopback_is_for_this_machine_unless_a_proxy_stands_in_front(
    tmp_path: Path, variables: dict[str, str], expected: bool
) -> None:
    assert load(variables, directory=tmp_path).settings.is_for_this_machine is expected
