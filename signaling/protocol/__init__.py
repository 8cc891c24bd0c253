"""What browsers and server may say to each other, written once.

Schema, TypeScript types and the reference page are generated from here (``make gen``);
a check compares them with what is committed. A message only carries: it does nothing,
assumes nothing on its author's behalf, and explains each of its fields. Fields and types
that one side does not know are skipped there, because widgets in other people's pages are
old.

Imports nothing of ours, so that the wire does not change by accident.
"""
