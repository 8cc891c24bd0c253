"""How often Python looks for cyclic garbage in a process that serves.

Its defaults suit small programs. Here thousands of objects per connection are made at once
when everybody comes back after a restart, and each look goes through all of them.
"""

import gc
from typing import Final

_AFTER: Final = 3_000


def look_seldom() -> None:
    """From now on look after more objects were made; best before the imports that make many."""
    gc.set_threshold(_AFTER, 10, 10)


def leave_alone_what_is_here() -> None:
    """Never look at what lives now: modules and whatever was built at start live to the end."""
    gc.collect()
    gc.freeze()
