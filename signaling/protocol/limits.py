"""Numbers both ends must agree on. Generated into the client, so written down once."""

from typing import Final

SOCKET_PATH: Final = "/socket.io"
"""Path of the Socket.IO endpoint. Transport ``websocket`` only."""
CALLER_NAMESPACE: Final = "/caller"
"""Socket.IO namespace of callers."""
AGENT_NAMESPACE: Final = "/agent"
"""Socket.IO namespace of agents."""
SUPERVISOR_NAMESPACE: Final = "/supervisor"
"""Socket.IO namespace of supervisors."""
EVENT: Final = "m"
"""The one event name, both ways; the message's type is in its body."""

FRAME_BYTES: Final = 65_536
"""A larger frame closes the connection with 1009."""
UNDECODABLE_FRAMES: Final = 5
"""So many frames that cannot be read close the connection."""
REQUESTS_PER_SECOND: Final = 20
"""Requests of one session beyond this rate are refused with ``too_many_requests``."""
REQUEST_BURST: Final = 60
"""How far the request rate may be exceeded for a moment."""
SDP_CHARACTERS: Final = 32_768
"""Longest session description."""
CANDIDATE_CHARACTERS: Final = 512
"""Longest ICE candidate."""
CANDIDATES: Final = 64
"""Most candidates in one message or one session description."""
CANDIDATE_BATCH_MS: Final = 50
"""How long candidates are gathered before they are sent together; the first of a search go at once."""
REPORT_EVERY_MS: Final = 5_000
"""Pause between two media reports, and between two health reports."""
LOST_AFTER_MS: Final = 15_000
"""An agent's tab that was silent for so long is lost and gets no offers."""
ANSWER_WITHIN_MS: Final = 10_000
"""Ask again, with the same id, when a request had no answer for so long."""
