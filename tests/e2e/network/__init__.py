"""Networks that fail on command."""

from tests.e2e.network.namespace import Namespace
from tests.e2e.network.proxy import Proxy

__all__ = ["Namespace", "Proxy"]
