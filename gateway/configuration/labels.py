"""What disposition codes are called at a desk."""

from collections.abc import Mapping

from acd.ids import SiteId
from gateway.configuration.document import Words
from gateway.configuration.in_force import InForce
from signaling.protocol.base import Language


class CodeLabels:
    """Implements :data:`signaling.ports.CodeLabel` from what is in force at each site."""

    def __init__(self, sites: Mapping[SiteId, InForce]) -> None:
        self._sites = sites
        self._made: dict[SiteId, tuple[int, dict[str, Words]]] = {}

    def __call__(self, site: SiteId, code: str, language: Language) -> str:
        in_force = self._sites.get(site)
        if in_force is None:
            return code
        version = in_force.version
        made = self._made.get(site)
        if made is None or made[0] != version.number:
            made = version.number, {known.id: known.labels for known in version.document.codes}
            self._made[site] = made
        words = made[1].get(code)
        return code if words is None else words.de if language == "de" else words.en
