"""What browsers may tell each other about media, and what may not pass whatever they say."""

import re
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.media_rules import MediaRules, passed
from signaling.protocol.media import Candidate, Candidates, Description, Signal
from signaling.refusals import BadSignal
from tests.signaling.world import HOST_CANDIDATE, RELAY_CANDIDATE, SDP

OPEN = MediaRules(turn_only=False, allow_loopback=False)
LOCAL = MediaRules(turn_only=False, allow_loopback=True)
TURN_ONLY = MediaRules(turn_only=True, allow_loopback=False)
HIDDEN = "candidate:1 1 udp 2113937151 3f1c8d5e-7a4b-4c6d-9e8f-0123456789ab.local 51234 typ host generation 0"

CHROMIUM = (
    "candidate:842163049 1 udp 1677729535 203.0.113.5 46154 typ srflx raddr 0.0.0.0 rport 0 "
    "generation 0 ufrag EsAw network-cost 999"
)
CHROMIUM_TCP = "candidate:1 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active generation 0 ufrag EsAw network-id 1"
FIREFOX = "candidate:0 1 UDP 2122252543 192.168.1.7 54321 typ host"
FIREFOX_TCP = "candidate:3 1 TCP 2105524479 192.168.1.7 9 typ host tcptype active"
PUBLIC_V6 = "candidate:5 1 udp 2122262783 2a02:8108:1::5 55555 typ host generation 0"


def trickled(*lines: str) -> Candidates:
    return Candidates(
        candidates=[Candidate(candidate=c, sdp_mid="0", sdp_m_line_index=0, username_fragment=None) for c in lines]
    )


def left(signal: Signal | None) -> list[str]:
    assert signal is None or isinstance(signal, Candidates)
    return [] if signal is None else [c.candidate for c in signal.candidates]


def offer(*lines: str) -> Description:
    return Description(type="offer", sdp=SDP + "".join(f"{line}\r\n" for line in lines))


# Candidates.


@pytest.mark.parametrize("line", [CHROMIUM, CHROMIUM_TCP, FIREFOX, FIREFOX_TCP, PUBLIC_V6, HIDDEN, RELAY_CANDIDATE, ""])
def test_what_browsers_write_passes(line: str) -> None:
    assert left(passed(trickled(line), OPEN)) == [line]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_nobody_can_be_reached_at_are_left_out(address: str) -> None:
    line = HOST_CANDIDATE.replace("192.168.1.7", address)

    assert left(passed(trickled(line, HOST_CANDIDATE), OPEN)) == [HOST_CANDIDATE]
    assert passed(trickled(line), OPEN) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_passes_where_it_is_allowed(address: str) -> None:
    line = HOST_CANDIDATE.replace("192.168.1.7", address)

    assert left(passed(trickled(line), LOCAL)) == [line]


@pytest.mark.parametrize(
    "line",
    [
        HOST_CANDIDATE.replace("50000", "80"),
        HOST_CANDIDATE.replace("50000", "0"),
        HOST_CANDIDATE.replace("50000", "9"),
        HOST_CANDIDATE.replace(" udp ", " sctp "),
        CHROMIUM_TCP.replace("active", "passive"),
    ],
)
def test_ports_of_services_and_strange_transports_are_left_out(line: str) -> None:
    assert passed(trickled(line), OPEN) is None


@pytest.mark.parametrize(
    "line",
    [
        "rubbish",
        "candidate:",
        "candidate:1 1 udp 1 192.168.1.7 50000",
        "candidate:1 3 udp 1 192.168.1.7 50000 typ host",
        "candidate:1 1 udp 1 192.168.1.7 70000 typ host",
        "candidate:1 1 udp 1 192.168.1.7 500000 typ host",
        "candidate:1 1 udp 1 300.1.1.1 50000 typ host",
        "candidate:1 1 udp 1 intranet 50000 typ host",
        "candidate:1 1 udp 1 printer.local 50000 typ host",
        "candidate:1 1 udp 1 fe80::1%eth0 50000 typ host",
        "candidate:1 1 udp 1 192.168.1.7 50000 typ other",
        HOST_CANDIDATE + "\r\na=candidate:9 1 udp 1 127.0.0.1 50000 typ host",
        HOST_CANDIDATE + "\n",
        HOST_CANDIDATE + " x" * 200,
        " " + HOST_CANDIDATE,
        "a=" + HOST_CANDIDATE,
    ],
)
def test_what_is_no_candidate_is_refused(line: str) -> None:
    with pytest.raises(BadSignal):
        passed(trickled(line), OPEN)


def test_a_turn_only_group_passes_relay_candidates_and_the_end_of_candidates() -> None:
    signal = passed(trickled(HOST_CANDIDATE, HIDDEN, CHROMIUM, RELAY_CANDIDATE, ""), TURN_ONLY)

    assert left(signal) == [RELAY_CANDIDATE, ""]


def test_too_many_candidates_are_refused() -> None:
    assert len(left(passed(trickled(*[HOST_CANDIDATE] * 64), OPEN))) == 64
    with pytest.raises(BadSignal):
        passed(trickled(*[HOST_CANDIDATE] * 65), OPEN)


# Descriptions.


def test_a_browsers_description_passes_as_it_is() -> None:
    whole = offer(
        "a=" + CHROMIUM,
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98",
        "a=rtpmap:96 VP8/90000",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=sctp-port:5000",
    )

    assert passed(whole, OPEN) == whole


def test_line_ends_may_be_short() -> None:
    assert passed(Description(type="answer", sdp=SDP.replace("\r\n", "\n")), OPEN) == Description(
        type="answer", sdp=SDP
    )


def test_a_rollback_says_nothing_else() -> None:
    assert passed(Description(type="rollback", sdp=""), OPEN) == Description(type="rollback", sdp="")
    with pytest.raises(BadSignal):
        passed(Description(type="rollback", sdp=SDP), OPEN)


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "rubbish",
        "v=0\r\n",
        SDP.removesuffix("\r\n"),
        SDP.replace("v=0", "v=1"),
        SDP.replace("m=audio 9", "m=image 9"),
        SDP.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        SDP.replace("a=mid:0", "mid 0"),
        SDP.replace("a=mid:0", "a=mid:\x00"),
        SDP.replace("sha-256 AB", "sha-256 XY"),
        re.sub("a=fingerprint.*\r\n", "", SDP),
        SDP + "a=" + "x" * 5_000 + "\r\n",
        SDP + "a=x\r\n" * 8_000,
        SDP + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 20,
        SDP + f"a={HOST_CANDIDATE}\r\n" * 65,
        SDP + "a=candidate:rubbish\r\n",
        SDP + "a=x\n\r\n",
    ],
)
def test_what_is_no_description_is_refused(sdp: str) -> None:
    with pytest.raises(BadSignal):
        passed(Description(type="offer", sdp=sdp), OPEN)


def test_forbidden_candidates_are_taken_out_of_a_description() -> None:
    loopback = HOST_CANDIDATE.replace("192.168.1.7", "127.0.0.1")

    signal = passed(offer(f"a={loopback}", f"a={HOST_CANDIDATE}", f"a={RELAY_CANDIDATE}"), TURN_ONLY)

    assert signal == offer(f"a={RELAY_CANDIDATE}")


# Whatever is said.


@given(st.text(max_size=2_000))
def test_any_text_is_refused_or_passes_and_never_breaks(text: str) -> None:
    for signal in (Description(type="offer", sdp=text), trickled(text[:512]), offer(f"a={text}")):
        try:
            passed(signal, OPEN)
        except BadSignal:
            continue


_TOKENS = st.sampled_from(
    ["candidate:1", "a=candidate:1", "1", "2", "udp", "TCP", "2122260223", "192.168.1.7", "127.0.0.1", "::1", "typ",
     "host", "relay", "srflx", "raddr", "0.0.0.0", "rport", "0", "9", "50000", "65536", "tcptype", "active", "x.local",
     "", "\r\n", "generation"]
)  # fmt: skip


@given(st.lists(_TOKENS, max_size=20).map(" ".join))
def test_no_candidate_that_passes_points_at_this_machine(line: str) -> None:
    try:
        lines = left(passed(trickled(line[:512]), OPEN))
    except BadSignal:
        return
    for candidate in filter(None, lines):
        address, port = candidate.split()[4:6]
        assert address.endswith(".local") or not ip_address(address).is_loopback
        assert int(port) >= 1024 or candidate.split()[2].lower() == "tcp"


@given(st.lists(st.sampled_from([*SDP.split("\r\n"), f"a={HOST_CANDIDATE}", f"a={RELAY_CANDIDATE}"]), max_size=40))
def test_a_description_that_passes_passes_again_unchanged(lines: list[str]) -> None:
    try:
        once = passed(Description(type="offer", sdp="".join(f"{line}\r\n" for line in lines)), TURN_ONLY)
    except BadSignal:
        return
    assert isinstance(once, Description)
    assert passed(once, TURN_ONLY) == once
    assert HOST_CANDIDATE not in once.sdp
