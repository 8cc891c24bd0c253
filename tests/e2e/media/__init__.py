"""What people say and show in tests, and how the other side's browser is asked about it."""

from tests.e2e.media.far_end import to_be_heard, to_be_playing, to_be_seen, to_be_silent
from tests.e2e.media.made import PEOPLE, write_media

__all__ = [
    "PEOPLE",
    "to_be_heard",
    "to_be_playing",
    "to_be_seen",
    "to_be_silent",
    "write_media",
]
