"""Which pages may talk to us: our own, and those a site's operator allowed."""

from collections.abc import Iterable, Mapping

from aiohttp import web

from acd.ids import SiteId


class Origins:
    """Our own origins, and those of each site.

    Our own come from settings and from what we listen on, never from a request's
    ``Host``: whoever rebinds a name of theirs to our address stays a stranger.
    """

    def __init__(self, own: Iterable[str], of_sites: Mapping[SiteId, frozenset[str]]) -> None:
        self.own = frozenset(own)
        self._of_sites = dict(of_sites)

    def is_own(self, origin: str) -> bool:
        """Whether pages of this origin are ours."""
        return origin in self.own

    def is_allowed(self, origin: str, site: SiteId | None) -> bool:
        """Whether a page of this origin may embed the widget of a site; of any site, if none is named."""
        if origin in self.own:
            return True
        if site is None:
            return any(origin in allowed for allowed in self._of_sites.values())
        return origin in self._of_sites.get(site, frozenset())

    def is_own_page(self, request: web.Request) -> bool:
        """Whether the request comes from one of our own pages, or from no page at all."""
        origin = request.headers.get("Origin")
        fetched = request.headers.get("Sec-Fetch-Site")
        return (origin is None or origin in self.own) and fetched in (None, "same-origin", "none")

    def is_allowed_page(self, request: web.Request, site: SiteId) -> bool:
        """Whether the request comes from a page that may use the site; no page at all is not one."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.headers.get("Sec-Fetch-Site") == "same-origin"
        return self.is_allowed(origin, site)


def own_origins(*, scheme: str, hosts: Iterable[str], port: int, public_url: str | None) -> frozenset[str]:
    """The origins our own pages have."""
    usual = 443 if scheme == "https" else 80
    suffix = "" if port == usual else f":{port}"
    own = {f"{scheme}://{f'[{host}]' if ':' in host else host}{suffix}" for host in hosts}
    if public_url is not None:
        own.add(public_url)
    return frozenset(own)
