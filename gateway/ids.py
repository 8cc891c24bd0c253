"""Ids: sortable by time of birth, unguessable enough to be unique, prefixed by kind."""

import re
import secrets

from acd.ids import Millis

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_MADE = re.compile(f"[a-z]+_([{_ALPHABET}]{{26}})")


def new_id(prefix: str, at: Millis) -> str:
    """``prefix_`` + 26 characters: 48 bits of time, 80 bits of chance, Crockford base 32."""
    value = (at << 80) | secrets.randbits(80)
    return prefix + "_" + "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def born_at(made: str) -> Millis | None:
    """When :func:`new_id` made this id; ``None`` if it did not."""
    found = _MADE.fullmatch(made)
    if found is None:
        return None
    value = 0
    for letter in found[1]:
        value = value << 5 | _ALPHABET.index(letter)
    return Millis(value >> 80)
