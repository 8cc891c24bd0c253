"""The life of a contact and of an agent's slot, written down as two tables."""

from enum import StrEnum


class Phase(StrEnum):
    """Where a contact stands."""

    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    ENDED = "ended"


class Routing(StrEnum):
    """Where an agent's slot stands."""

    IDLE = "idle"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    NOT_RESPONDING = "not_responding"
