"""Identities and time, as types that cannot be mixed up.

Ids are made outside (see ``gateway.ids``); the core only compares them. They are
prefixed, so a stray one is recognised in a log: ``ct_`` contact, ``ag_`` agent,
``ss_`` session, ``pr_`` process.
"""

from typing import NewType

SiteId = NewType("SiteId", str)
GroupId = NewType("GroupId", str)
AgentId = NewType("AgentId", str)
ContactId = NewType("ContactId", str)
SessionId = NewType("SessionId", str)
ProcessId = NewType("ProcessId", str)
SkillId = NewType("SkillId", str)
VisitorKey = NewType("VisitorKey", str)
"""Stands for one visitor without saying who: a salted hash made by the gateway."""

Millis = NewType("Millis", int)
"""A moment (ms since the Unix epoch, UTC) or, where the name ends in ``_ms``, a length of time."""

Epoch = NewType("Epoch", int)
"""Counts the assignments of one contact, from 0 while never assigned; see ``docs/reference/glossary.md``."""
