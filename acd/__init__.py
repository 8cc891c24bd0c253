"""The decisions: who is offered whom, when, and why. Pure; refuses to know of clocks, loops and sockets."""
