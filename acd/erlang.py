"""What queueing theory expects of one group: Erlang B, C and A.

Arrivals are Poisson, handling times exponential, agents alike and contacts served in
order. Rates are per second, times in seconds, shares between 0 and 1; *load* is in
erlangs, arrivals per second times mean handling time.

Theory knows no skills, steps, several groups for one agent, offers that ring or rates
that change over the day. Where these matter, simulate: pooled formulas are too hopeful.

Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities" (1917),
for B and C; C. Palm (1946), and A. Mandelbaum and S. Zeltyn, "Service engineering in
action: the Palm/Erlang-A queue" (2007), for A.
"""

import math
from collections.abc import Iterator
from typing import Final

_NEGLIGIBLE: Final = 45.0
"""States less likely than the likeliest one by this many powers of e are left out."""
_UNLIKELY: Final = 1e-15
"""Beyond its mean, a number of jumps less likely than this is left out."""


def erlang_b(agents: int, load: float) -> float:
    """The share of contacts that find everybody busy if nobody may wait (M/M/c/c).

    ``B_0 = 1``, ``B_k = a B_(k-1) / (k + a B_(k-1))``, with a the load.

    Raises:
        ValueError: For fewer than no agents, or a load that is not positive.
    """
    if agents < 0 or load <= 0:
        raise ValueError("Erlang B needs agents and a positive load")
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


class ErlangC:
    """Everybody waits until they are served (M/M/c).

    With ``B`` of :func:`erlang_b`, load ``a`` and ``c`` agents:
    ``waits = c B / (c - a (1 - B))`` and ``wait_s = waits / (c / handling - arrivals)``.

    Attributes:
        waits: Share of contacts that wait at all.
        wait_s: Mean wait of all contacts, those that do not wait included.
        asa_s: Mean wait of answered contacts: the same, because all are answered.
        abandoned: Share of contacts that leave unanswered: 0.
        occupancy: Share of their time that agents handle contacts.
        waiting: Mean number of contacts that wait.
        present: How likely it is that 0, 1, 2... contacts are there, served ones included.
    """

    def __init__(self, *, agents: int, arrivals_per_s: float, handling_s: float) -> None:
        """
        Raises:
            ValueError: If agents cannot keep up, so that the line grows for ever.
        """
        _check(agents, arrivals_per_s, handling_s)
        load = arrivals_per_s * handling_s
        if load >= agents:
            raise ValueError("Erlang C needs more agents than load; with patience use Erlang A")
        blocked = erlang_b(agents, load)
        self._spare_per_s = agents / handling_s - arrivals_per_s
        self.waits: float = agents * blocked / (agents - load * (1 - blocked))
        self.wait_s: float = self.waits / self._spare_per_s
        self.asa_s: float = self.wait_s
        self.abandoned: float = 0.0
        self.occupancy: float = load / agents
        self.waiting: float = self.wait_s * arrivals_per_s
        self.present: list[float] = _stationary(agents, arrivals_per_s, 1 / handling_s, 0.0)

    def answered_within(self, seconds: float) -> float:
        """Share of all contacts answered after that wait at most: ``1 - waits exp(-spare t)``."""
        return 1 - self.waits * math.exp(-self._spare_per_s * seconds)


class ErlangA:
    """Who waits may give up, after an exponential patience (M/M/c+M, Palm's model).

    The number of contacts in the group is a birth-death process: it grows by ``arrivals``
    and shrinks by ``min(n, c) / handling + max(n - c, 0) / patience``. Its stationary
    probabilities are computed as logarithms, so that no group is too large.

    Attributes:
        waits: Share of contacts that wait at all, whether answered or not.
        wait_s: Mean time in the queue of all contacts, abandoned ones included.
        asa_s: Mean wait of answered contacts.
        abandoned: Share of contacts that leave unanswered.
        occupancy: Share of their time that agents handle contacts.
        waiting: Mean number of contacts that wait.
        present: How likely it is that 0, 1, 2... contacts are there, served ones included.
    """

    def __init__(self, *, agents: int, arrivals_per_s: float, handling_s: float, patience_s: float) -> None:
        """
        Raises:
            ValueError: If a rate or a time is not positive.
        """
        _check(agents, arrivals_per_s, handling_s, patience_s)
        self._serve_per_s = agents / handling_s
        self._leave_per_s = 1 / patience_s
        self.present: list[float] = _stationary(agents, arrivals_per_s, 1 / handling_s, self._leave_per_s)
        self._ahead = self.present[agents:]
        """How likely an arriving contact finds all agents busy and so many waiting before it."""
        serve, leave = self._serve_per_s, self._leave_per_s
        self.waits: float = math.fsum(self._ahead)
        self.waiting: float = math.fsum(number * share for number, share in enumerate(self._ahead))
        self.wait_s: float = self.waiting / arrivals_per_s
        self.abandoned: float = leave * self.wait_s
        self.occupancy: float = arrivals_per_s * handling_s * (1 - self.abandoned) / agents
        # Behind n others a contact is answered with probability c/h / (c/h + (n+1)/p), and if
        # so it has waited for one step at each of the rates c/h + j/p, j = 1..n+1.
        total = steps_s = 0.0
        for number, share in enumerate(self._ahead, start=1):
            steps_s += 1 / (serve + number * leave)
            total += share * serve / (serve + number * leave) * steps_s
        self.asa_s: float = total / (1 - self.abandoned)

    def answered_within(self, seconds: float) -> float:
        """Share of all contacts answered after that wait at most; who gives up is not answered.

        A waiting contact sees those before it go at ``c/handling + n/patience`` and gives up
        itself at ``1/patience``. The chain is followed jump by jump at a common rate
        (uniformisation), which is exact up to rounding.
        """
        at_once = 1 - self.waits
        if seconds <= 0:
            return at_once
        serve, leave = self._serve_per_s, self._leave_per_s
        behind = list(self._ahead)
        rate = serve + len(behind) * leave
        advance = [(serve + number * leave) / rate for number in range(len(behind))]
        stay = [1 - step - leave / rate for step in advance]
        answered = 0.0
        for more_jumps in _tails(rate * seconds):
            answered += more_jumps * behind[0] * advance[0]
            next_of = zip(behind, stay, behind[1:], advance[1:], strict=False)
            behind = [here * stays + after * comes for here, stays, after, comes in next_of] + [behind[-1] * stay[-1]]
        return at_once + answered


def _check(agents: int, *positive: float) -> None:
    if agents < 1 or min(positive) <= 0:
        raise ValueError("one agent at least, and positive rates and times")


def _stationary(agents: int, arrive: float, serve: float, leave: float) -> list[float]:
    """How likely each number of contacts is, from 0 up to where it no longer matters."""
    logs = [0.0]
    highest = 0.0
    while len(logs) <= agents or logs[-1] > highest - _NEGLIGIBLE:
        number = len(logs)
        die = min(number, agents) * serve + max(number - agents, 0) * leave
        logs.append(logs[-1] + math.log(arrive) - math.log(die))
        highest = max(highest, logs[-1])
    shares = [math.exp(log - highest) for log in logs]
    total = math.fsum(shares)
    return [share / total for share in shares]


def _tails(mean: float) -> Iterator[float]:
    """Of a Poisson number with this mean: how likely it is above 0, above 1, above 2..."""
    below = 0.0
    number = 0
    while True:
        likely = math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
        if likely < _UNLIKELY and number > mean:
            return
        below += likely
        yield max(1 - below, 0.0)
        number += 1
