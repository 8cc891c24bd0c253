"""Every message that crosses the wire, as types; the only source of the protocol.

``make gen`` derives the JSON Schema, the TypeScript types and
``docs/reference/protocol.md`` from this package, and the checks fail when they differ.
Messages are values: no behaviour, no default that hides a decision, no field without a
sentence. Unknown fields and unknown types are ignored on both sides, because widgets in
other people's pages are old.

Imports nothing of ours, so that the wire does not change by accident.
"""
