"""HTTPS for the local network, by a certificate of our own or the operator's."""

import datetime as dt
import ssl
import stat
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509

from gateway.app import StartRefused, running
from gateway.http.origins import own_origins
from gateway.tls import expiry_of, local_names, self_signed
from tests.gateway.house import quick_passwords, settings_in

NOW = dt.datetime(2030, 6, 1, tzinfo=dt.UTC)


def test_a_self_signed_certificate_names_every_address_and_its_key_is_nobody_elses(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path, ["localhost", "127.0.0.1", "192.168.1.5"], NOW)

    said = x509.load_pem_x509_certificate(cert.read_bytes()).extensions
    names = said.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "192.168.1.5"]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_it_is_kept_until_it_is_about_to_expire_or_does_not_fit(tmp_path: Path) -> None:
    def made(*names: str, at: dt.datetime = NOW) -> bytes:
        return self_signed(tmp_path, ["localhost", *names], at)[0].read_bytes()

    first = made()

    assert made() == first
    assert made(at=NOW + dt.timedelta(days=300)) == first
    later = made(at=NOW + dt.timedelta(days=340))
    assert later != first
    assert made("192.168.1.5", at=NOW + dt.timedelta(days=340)) != later
    assert expiry_of(tmp_path / "self-signed.crt") > NOW + dt.timedelta(days=600)


async def test_serve_speaks_https_and_says_so(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, tls__self_signed=True)

    async with running(settings, passwords=quick_passwords()) as server, aiohttp.ClientSession() as http:
        trust = ssl.create_default_context(cafile=str(settings.data_dir / "self-signed.crt"))
        async with http.get(f"{server.url}/agent", ssl=trust) as page:
            assert page.headers["Strict-Transport-Security"]
            assert f"wss://localhost:{server.port}" in page.headers["Content-Security-Policy"]
    assert server.url == f"https://localhost:{server.port}"


async def test_a_certificate_that_cannot_be_used_keeps_the_server_from_starting(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("not a certificate")
    settings = settings_in(tmp_path, tls__cert=tmp_path / "cert.pem", tls__key=tmp_path / "missing.pem")

    with pytest.raises(StartRefused, match=r"cert\.pem"):
        async with running(settings, passwords=quick_passwords()):
            pass


def test_our_own_origins_are_where_we_listen_and_what_settings_say() -> None:
    own = own_origins(scheme="https", hosts=["localhost", "::1"], port=443, public_url="https://call.example")

    assert own == {"https://localhost", "https://[::1]", "https://call.example"}


def test_listening_everywhere_has_more_names() -> None:
    assert set(local_names("0.0.0.0")) >= set(local_names("127.0.0.1")) == {"localhost", "127.0.0.1", "::1"}
    assert local_names("192.168.1.5")[-1] == "192.168.1.5"
