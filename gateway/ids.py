"""Ids: sortable by time of birth, unguessable enough to be unique, prefixed by kind."""

import secrets

from acd.ids import Millis

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str, at: Millis) -> str:
    """``prefix_`` + 26 characters: 48 bits of time, 80 bits of chance, Crockford base 32."""
    value = (at << 80) | secrets.randbits(80)
    return prefix + "_" + "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
