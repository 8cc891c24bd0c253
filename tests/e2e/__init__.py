"""Whole calls between real browsers, and the tools that make them.

Where to look:

* :mod:`.people`: opens browsers for people and watches that their pages behave.
* :mod:`.browsers`: one port, two adapters (Chromium, Firefox).
* :mod:`.media`: a tone and a picture per person, and the checks at the far end.
* :mod:`.network`: a person behind a network of their own, and a TCP proxy with faults.
* :mod:`.server`: the program under test as a child process that can be killed.
* :mod:`.coturn`: a TURN server.
* :mod:`.bare`: the smallest call there is, to test these tools and to compare with.
"""
