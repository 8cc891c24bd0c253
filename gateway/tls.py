"""Certificates: those of the operator, or one we make for trying things out on the local network."""

import datetime as dt
import ipaddress
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.settings import Settings

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

_DAYS = 365
_RENEW_DAYS = 30


class CertificateUnusable(Exception):
    """The certificate or its key cannot be used."""


def server_context(settings: Settings, now: dt.datetime) -> ssl.SSLContext | None:
    """What to serve HTTPS with; ``None`` if we do not.

    Raises:
        CertificateUnusable: If the files named in the settings are missing or do not fit.
    """
    cert, key = settings.tls.cert, settings.tls.key
    if settings.tls.self_signed:
        names = local_names(settings.server.host)
        public = urlsplit(settings.server.public_url or "").hostname
        if public is not None and public not in names:
            names.append(public)
        cert, key = self_signed(settings.data_dir, names, now)
    if cert is None or key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as why:
        raise CertificateUnusable(f"{cert} with {key} cannot be used: {why.strerror or why}") from why
    return context


def expiry_of(cert_file: Path) -> dt.datetime:
    """When a certificate expires.

    Raises:
        CertificateUnusable: If it cannot be read.
    """
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(cert_file.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as why:
        raise CertificateUnusable(f"{cert_file} cannot be read as a certificate") from why


def local_names(host: str) -> list[str]:
    """By which names and addresses this machine is reached when it listens on ``host``."""
    names = ["localhost", "127.0.0.1", "::1"]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on.
        names += [socket.gethostname(), *_own_addresses()]
    elif host not in names:
        names.append(host)
    return list(dict.fromkeys(names))


def self_signed(data_dir: Path, names: list[str], now: dt.datetime) -> tuple[Path, Path]:
    """A certificate for these names in the data directory; made anew when it is about to expire or does not fit."""
    cert_file, key_file = data_dir / "self-signed.crt", data_dir / "self-signed.key"
    if not (cert_file.exists() and key_file.exists() and _still_fits(cert_file, names, now)):
        _make(cert_file, key_file, names, now)
    return cert_file, key_file


def _own_addresses() -> list[str]:
    # Which address would be used to reach the outside; nothing is sent.
    found: list[str] = []
    for family, outside in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((outside, 9))
                found.append(str(probe.getsockname()[0]))
            except OSError:
                continue
    return found


def _still_fits(cert_file: Path, names: list[str], now: dt.datetime) -> bool:
    # Slow to import, and needed by few.
    from cryptography import x509

    try:
        cert = x509.load_pem_x509_certificate(cert_file.read_bytes())
        said = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    covered = set(said.get_values_for_type(x509.DNSName)) | {
        str(address) for address in said.get_values_for_type(x509.IPAddress)
    }
    return covered >= set(names) and cert.not_valid_after_utc - now > dt.timedelta(days=_RENEW_DAYS)


def _make(cert_file: Path, key_file: Path, names: list[str], now: dt.datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zuruf, self-signed")])
    cert = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file.parent.mkdir(parents=True, exist_ok=True)
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    cert_file.write_bytes(cert.public_bytes(serialization.Encoding.PEM))


def _general_name(name: str) -> "GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
