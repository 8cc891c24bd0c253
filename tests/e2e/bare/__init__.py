"""The smallest call there is: one page, direct media, signals passed as they come.

It proves the tools of these tests without the product, and it is the floor the product is
compared with: no queue, no sign-in, no rights, no recovery.
"""
