"""The wire says what it is meant to say, and everything that repeats it says the same."""

from typing import get_args

import msgspec
import pytest

from signaling.protocol.directions import AgentToServer, CallerToServer, ServerToAgent, ServerToCaller
from signaling.protocol.limits import CANDIDATES, FRAME_BYTES, SDP_CHARACTERS
from signaling.protocol.media import SendSignal
from signaling.refusals import CONNECT_REFUSALS, REFUSALS, ConnectRefusal, Refusal
from tests.signaling.world import HOST_CANDIDATE, SDP, candidates
from tools import gen_protocol
from tools.tree import ROOT


def test_what_is_generated_is_what_the_protocol_says() -> None:
    for path, text in gen_protocol.outputs().items():
        assert (ROOT / path).read_text() == text, f"{path}: run 'make gen'"


def test_drift_is_noticed_and_mended(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gen_protocol, "ROOT", tmp_path)

    assert gen_protocol.main(["--check"]) == 1
    assert gen_protocol.main([]) == 0
    assert gen_protocol.main(["--check"]) == 0


def test_the_generated_types_tell_messages_apart_by_their_type() -> None:
    text = gen_protocol.typescript()

    for union in (CallerToServer, AgentToServer, ServerToCaller, ServerToAgent):
        for message in get_args(union):
            assert f"export interface {message.__name__} {{" in text
            assert f'  readonly type: "{message.__struct_config__.tag}";' in text
    assert 'readonly kind: "description";' in text
    assert "language?: Language;" in text, "what has a default may be left out by browsers"


def test_requests_carry_an_id_and_answers_repeat_it() -> None:
    for union in (CallerToServer, AgentToServer):
        for message in get_args(union):
            assert "id" in message.__struct_fields__


@pytest.mark.parametrize("union", [CallerToServer, AgentToServer, ServerToCaller, ServerToAgent])
def test_unknown_fields_are_ignored(union: object) -> None:
    for message in get_args(union):
        assert not message.__struct_config__.forbid_unknown_fields


@pytest.mark.parametrize("identity", ["", "a" * 65, "a b", "a\n", "ä", "a\u0000", "../x"])
def test_ids_are_plain_words(identity: str) -> None:
    body = {"type": "contact.leave", "id": "1", "contactId": identity}

    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, CallerToServer)


def test_the_largest_signals_fit_into_a_frame() -> None:
    sdp = (SDP + "a=x-line\r\n" * 10_000)[:SDP_CHARACTERS]
    for signal in (
        {"kind": "description", "type": "offer", "sdp": sdp},
        candidates(*[HOST_CANDIDATE + " x-extension " + "y" * 250] * CANDIDATES),
    ):
        request = {
            "type": "media.signal",
            "id": "x" * 64,
            "contactId": "c" * 64,
            "epoch": 1,
            "generation": 1,
            "peerGeneration": 1,
            "signal": signal,
        }
        assert len(msgspec.json.encode(msgspec.convert(request, SendSignal))) < FRAME_BYTES


def test_every_refusal_is_listed_and_explained() -> None:
    for base, listed in ((Refusal, REFUSALS), (ConnectRefusal, CONNECT_REFUSALS)):
        assert set(base.__subclasses__()) == set(listed)
        assert all((refusal.__doc__ or "").endswith(".") for refusal in listed)


def test_what_cannot_be_read_is_refused_as_a_whole() -> None:
    bodies: tuple[object, ...] = (None, [], {}, {"type": "nonsense"}, {"type": "ack"}, {"type": "ack", "id": 1})
    for body in bodies:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(body, AgentToServer)


def test_every_field_has_a_sentence() -> None:
    for struct in gen_protocol.structs():
        said = gen_protocol.field_sentences(struct.cls)
        assert [field.name for field in struct.fields if field.name not in said] == [], struct.cls.__name__
