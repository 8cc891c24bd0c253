"""The TURN configuration we hand out leads nobody into the network behind it."""

import ipaddress

import pytest

from tools.tree import ROOT

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def denied() -> list[tuple[Address, Address]]:
    ranges = []
    for line in (ROOT / "deploy" / "turnserver.conf").read_text().splitlines():
        if line.startswith("denied-peer-ip="):
            first, _, last = line.removeprefix("denied-peer-ip=").partition("-")
            ranges.append((ipaddress.ip_address(first), ipaddress.ip_address(last or first)))
    return ranges


def is_denied(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return any(first.version == address.version and int(first) <= int(address) <= int(last) for first, last in denied())


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
        *("192.168.0.1", "198.18.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1", "fe80::1", "2002:a00:1::1"),
    ],
)
def test_a_special_address_is_denied(address: str) -> None:
    assert is_denied(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00::1"])
def test_a_public_address_is_not(address: str) -> None:
    assert not is_denied(address)
