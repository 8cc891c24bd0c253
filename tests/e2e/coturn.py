"""Debian's coturn on free loopback ports, with a secret of the test's own.

Relays to nowhere but ``127.0.0.1``, where the relays of both people are; every other
special address is denied, as a real installation must deny them.
"""

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.process import Child
from tests.e2e.server import free_port

EXECUTABLE = "/usr/bin/turnserver"

DENIED = (
    "0.0.0.0-0.255.255.255",
    "10.0.0.0-10.255.255.255",
    "100.64.0.0-100.127.255.255",
    "127.0.0.0-127.255.255.255",
    "169.254.0.0-169.254.255.255",
    "172.16.0.0-172.31.255.255",
    "192.0.0.0-192.0.0.255",
    "192.0.2.0-192.0.2.255",
    "192.88.99.0-192.88.99.255",
    "192.168.0.0-192.168.255.255",
    "198.18.0.0-198.19.255.255",
    "198.51.100.0-198.51.100.255",
    "203.0.113.0-203.0.113.255",
    "240.0.0.0-255.255.255.255",
    "::1",
    "64:ff9b::-64:ff9b::ffff:ffff",
    "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "::ffff:0.0.0.0-::ffff:255.255.255.255",
)


@dataclass(frozen=True)
class Credentials:
    """What a browser says to the TURN server: a name that carries its own end."""

    username: str
    password: str


class Coturn:
    """A running TURN server. Start it with :meth:`start`."""

    def __init__(self, child: Child, port: int, tls_port: int, secret: str, certificate: x509.Certificate) -> None:
        self._child = child
        self.log = child.log
        self.secret = secret
        self.udp = f"turn:127.0.0.1:{port}?transport=udp"
        self.tcp = f"turn:127.0.0.1:{port}?transport=tcp"
        self.tls = f"turns:127.0.0.1:{tls_port}?transport=tcp"
        self.port = port
        self._certificate = certificate

    @classmethod
    async def start(cls, folder: Path, *, template: Path | None = None) -> Self:
        """Start it in a folder of the test's own.

        Args:
            template: A configuration to test: its lines are taken over, except those that
                say where to listen, with which secret and which peers are allowed.
        """
        port, tls_port = free_port(), free_port()
        secret = secrets.token_hex(32)
        certificate = _write_certificate(folder)
        ours = {
            "listening-ip": "127.0.0.1",
            "relay-ip": "127.0.0.1\nrelay-ip=::1",
            "listening-port": str(port),
            "tls-listening-port": str(tls_port),
            "min-port": "49152",
            "max-port": "65535",
            "use-auth-secret": "",
            "static-auth-secret": secret,
            "realm": "zuruf.test",
            "cert": str(folder / "turn.crt"),
            "pkey": str(folder / "turn.key"),
            "pidfile": str(folder / "turn.pid"),
            "userdb": str(folder / "turn.db"),
            "log-file": "stdout",
            "no-cli": "",
            "allow-loopback-peers": "",
            "allowed-peer-ip": "127.0.0.1",
            "external-ip": None,
            "syslog": None,
        }
        lines = _lines(template) if template else _own_lines()
        kept = [line for line in lines if line.split("=")[0].strip() not in ours]
        added = [f"{k}={v}" if v else k for k, v in ours.items() if v is not None]
        configuration = folder / "turnserver.conf"
        configuration.write_text("\n".join([*kept, *added]) + "\n")
        child = await Child.start(EXECUTABLE, "-c", configuration, "--verbose", log=folder / "coturn.log")
        try:
            await child.wrote(rf"TLS/TCP listener opened on\s*:\s*127.0.0.1:{tls_port}", limit_s=15)
        except BaseException:
            await child.kill()
            raise
        return cls(child, port, tls_port, secret, certificate)

    def credentials(self, *, expires_at_s: int, about: str = "test", secret: str | None = None) -> Credentials:
        """Credentials as the product makes them, or, with another secret or time, wrong ones.

        Args:
            expires_at_s: Seconds since the epoch.
        """
        username = f"{expires_at_s}:{about}"
        mac = hmac.new((secret or self.secret).encode(), username.encode(), hashlib.sha1)
        return Credentials(username, base64.b64encode(mac.digest()).decode())

    @property
    def trust(self) -> str:
        """A flag that makes Chromium accept this server's certificate and no other."""
        key = self._certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        digest = base64.b64encode(hashlib.sha256(key).digest()).decode()
        return f"--ignore-certificate-errors-spki-list={digest}"

    async def relays_to(self, peer: str, credentials: Credentials) -> bool:
        """Ask it to relay to an address, with coturn's own client, and say whether it would."""
        client = await Child.start(
            "/usr/bin/turnutils_uclient",
            *("-u", credentials.username, "-w", credentials.password, "-p", str(self.port)),
            *("-e", peer, "-r", "9", "-n", "1", "-m", "1", "-c", "-X", "-v"),
            *(["-x"] if ":" in peer else []),
            "127.0.0.1",
            log=self.log.with_name("uclient.log"),
        )
        try:
            answer = await client.wrote(r"channel bind: error 403|success: 0x", limit_s=10)
        finally:
            await client.kill()
        return answer[0].startswith("success")

    async def stop(self) -> None:
        await self._child.kill()


def _lines(template: Path) -> list[str]:
    lines = (line.strip() for line in template.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _own_lines() -> list[str]:
    return [
        "fingerprint",
        "stale-nonce=600",
        "no-multicast-peers",
        "no-tcp-relay",
        "no-tlsv1",
        "no-tlsv1_1",
        "user-quota=12",
        "total-quota=1200",
        *(f"denied-peer-ip={addresses}" for addresses in DENIED),
    ]


def _write_certificate(folder: Path) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zuruf.test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "turn.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "turn.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate
