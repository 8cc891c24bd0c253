"""Media signals between the two ends of a contact: kept until the receiver says they arrived.

A letter is for one page of one assignment. Once either end has a new page, or the contact a
new assignment, older letters are worth nothing and are thrown away unopened.
"""

from collections.abc import Callable

import msgspec

from acd.ids import ContactId, Epoch, SessionId
from acd.state import State
from signaling.ports import Sessions
from signaling.protocol.media import Signal, SignalReceived
from signaling.sessions import AnySession, contact_in_call


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A signal as it is kept.

    Attributes:
        generation: Which life of the sender's leg wrote it.
        for_generation: Which life of the receiver's leg it was written for.
    """

    contact: ContactId
    epoch: Epoch
    generation: int
    for_generation: int
    signal: Signal


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Letter)


class Mailbox:
    """Hands letters out in the order in which they were posted, again on each new socket."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def post(self, receiver: SessionId, letter: Letter) -> None:
        """Keep a letter; it is safe when this returns.

        Raises:
            MailboxFull: If the receiver did not say of the letters before that they arrived.
        """
        await self._sessions.owe(receiver, _ENCODER.encode(letter))

    async def hand_out(
        self, session: AnySession, state: Callable[[], State], generation_of: Callable[[SessionId], int | None]
    ) -> None:
        """Send what this socket did not get yet, and forget what is out of date."""
        async with session.mail_turn:
            wire = session.wire
            outdated = 0
            for number, body in await self._sessions.owed(session.id, session.mail_sent):
                if wire is None or session.wire is not wire:
                    return
                peer = session.peer_session(state())
                if peer is not None and generation_of(peer) is None:
                    # Whether the letter is up to date cannot be said yet.
                    return
                letter = _DECODER.decode(body)
                if _is_current(letter, session, state(), generation_of):
                    session.mail_sent = number
                    await wire.push(
                        SignalReceived(
                            number=number,
                            contact_id=letter.contact,
                            epoch=letter.epoch,
                            generation=letter.generation,
                            signal=letter.signal,
                        )
                    )
                else:
                    # Letters go out of date in the order in which they were posted, so
                    # whatever was sent before this one is out of date as well.
                    session.mail_sent = outdated = number
            if outdated:
                await self._sessions.acknowledge(session.id, outdated)

    async def acknowledge(self, session: AnySession, number: int) -> None:
        """Forget what has arrived. Nobody can acknowledge what they were not sent."""
        if arrived := min(number, session.mail_sent):
            await self._sessions.acknowledge(session.id, arrived)

    async def throw_away(self, session: SessionId, contact: ContactId) -> None:
        """Forget all letters of a contact that is over, arrived or not."""
        old = [n for n, body in await self._sessions.owed(session, 0) if _DECODER.decode(body).contact == contact]
        if old:
            # What was posted before them is about older contacts still.
            await self._sessions.acknowledge(session, old[-1])


def _is_current(
    letter: Letter, session: AnySession, state: State, generation_of: Callable[[SessionId], int | None]
) -> bool:
    contact = contact_in_call(state, letter.contact)
    peer = session.peer_session(state)
    return (
        contact is not None
        and contact.id == session.contact_id(state)
        and contact.epoch == letter.epoch
        and session.generation == letter.for_generation
        and peer is not None
        and generation_of(peer) == letter.generation
    )
