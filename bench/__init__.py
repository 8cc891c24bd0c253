"""What is measured, never asserted: ``make bench``, or ``python -m bench [name...]``.

Every figure stands beside a peer or a floor measured in the same run, for a busy machine
slows both. Everything is bounded in count and time, stays on the loopback interface and
ends by itself.

* :mod:`.calls`: from *Accept* to sound and picture both ways, against a bare call.
* :mod:`.queueing`: from the press on *Video call* to a place in the line.
* :mod:`.memory`: what one idle connection holds.
* :mod:`.herd`: thousands of callers who come back to a server that was killed.
* :mod:`.sizes`: what a page has to load.
* :mod:`.starting`: from the command to the first answer.
"""
