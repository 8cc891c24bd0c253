"""Media signals between the two ends of a contact: kept until the receiver says they arrived.

A letter is for one page of one assignment. Once either end has a new page, or the contact a
new assignment, older letters are worth nothing and are thrown away unopened.

A call that begins waits for its letters, so the way through here is short: a letter is on disk
before anybody gets it, for it has to outlive this process, but whoever is attached here gets it
without asking the store for it again. That one has arrived is not urgent: until the store knows,
it would only be handed out twice, and receivers drop what they have.
"""

from collections.abc import Callable, Sequence

import msgspec

from acd.ids import ContactId, Epoch, SessionId
from acd.state import State
from signaling.ports import Sessions
from signaling.protocol.media import Signal, SignalReceived
from signaling.sessions import AnySession


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

    async def post(self, receiver: SessionId, letter: Letter) -> int:
        """Keep a letter; it is safe when this returns its number.

        Raises:
            MailboxFull: If the receiver did not say of the letters before that they arrived.
        """
        return await self._sessions.owe(receiver, _ENCODER.encode(letter))

    async def hand_out(
        self,
        session: AnySession,
        state: Callable[[], State],
        generation_of: Callable[[SessionId], int | None],
        posted: tuple[int, Letter] | None = None,
    ) -> None:
        """Send what this socket did not get yet, and forget what is out of date.

        The letter that was ``posted`` just now comes with its number.
        """
        async with session.mail_turn:
            wire = session.wire
            # What was sent and did not arrive yet may be about another connection of the session.
            outdated, some_are_current = 0, session.mail_confirmed < session.mail_sent
            for number, letter in await self._waiting(session, posted):
                if wire is None or session.wire is not wire:
                    return
                if any(generation_of(peer) is None for peer in session.peer_sessions(state())):
                    # Whether the letter is up to date cannot be said yet.
                    return
                session.mail_sent = number
                if _is_current(letter, session, state(), generation_of):
                    some_are_current = True
                    await wire.push(
                        SignalReceived(
                            number=number,
                            contact_id=letter.contact,
                            epoch=letter.epoch,
                            generation=letter.generation,
                            signal=letter.signal,
                        )
                    )
                elif not some_are_current:
                    # Letters of one connection go out of date in the order in which they were posted;
                    # those of another may still be on their way to the browser.
                    outdated = number
            if outdated:
                await self._sessions.acknowledge(session.id, outdated)

    async def _waiting(self, session: AnySession, posted: tuple[int, Letter] | None) -> Sequence[tuple[int, Letter]]:
        if posted is not None and posted[0] == session.mail_sent + 1:
            # Numbers leave no gap, so there is nothing before it.
            return [posted]
        owed = await self._sessions.owed(session.id, session.mail_sent)
        return [(number, _DECODER.decode(body)) for number, body in owed]

    def acknowledge(self, session: AnySession, number: int) -> None:
        """Note what has arrived. Nobody can acknowledge what they were not sent."""
        session.mail_arrived = max(session.mail_arrived, min(number, session.mail_sent))
        session.mail_confirmed = max(session.mail_confirmed, session.mail_arrived)

    async def forget_arrived(self, session: AnySession) -> None:
        """Forget what was noted as arrived."""
        if arrived := session.mail_arrived:
            await self._sessions.acknowledge(session.id, arrived)
            if session.mail_arrived == arrived:
                session.mail_arrived = 0

    async def throw_away(self, session: SessionId, contact: ContactId) -> None:
        """Forget all letters of a contact that is over, arrived or not.

        Those of others stay: a session may have one more contact, about which it consulted.
        """
        old = [n for n, body in await self._sessions.owed(session, 0) if _DECODER.decode(body).contact == contact]
        if old:
            await self._sessions.discard(session, old)


def _is_current(
    letter: Letter, session: AnySession, state: State, generation_of: Callable[[SessionId], int | None]
) -> bool:
    leg = session.leg(state, (letter.contact, letter.epoch))
    return (
        leg is not None
        and session.generation == letter.for_generation
        and leg.peer_session is not None
        and generation_of(leg.peer_session) == letter.generation
    )
