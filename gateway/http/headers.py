"""The headers that keep our pages ours. One function of the kind of route; tested for each."""

from collections.abc import Iterable

from gateway.http.route import Kind

_YEAR = 365 * 24 * 60 * 60
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_DEVICES = "camera=(self), microphone=(self), display-capture=(self), autoplay=(self)"
_NO_DEVICES = "camera=(), microphone=(), display-capture=()"
_NEVER = "geolocation=(), payment=(), usb=()"


def security_headers(kind: Kind, *, is_secure: bool, own: Iterable[str]) -> dict[str, str]:
    """Headers for one answer.

    Args:
        kind: What is answered.
        is_secure: Whether the browser spoke HTTPS; only then may it be told to insist on it.
        own: Our own origins: a page opens its WebSocket there.
    """
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if kind in (Kind.SCRIPT, Kind.ASSET) else "same-origin",
        "Content-Security-Policy": _page_policy(own) if kind is Kind.PAGE else _NOTHING,
        "Permissions-Policy": f"{_DEVICES if kind is Kind.PAGE else _NO_DEVICES}, {_NEVER}",
    }
    if kind is Kind.PAGE:
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        headers["Cache-Control"] = "no-cache"
    elif kind is Kind.SCRIPT:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Cache-Control"] = "public, max-age=300"
    elif kind is Kind.ASSET:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    else:
        headers["Cache-Control"] = "no-store"
    if is_secure:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    return headers


def _page_policy(own: Iterable[str]) -> str:
    # 'self' covers WebSockets in newer browsers only, so they are written out; the grammar
    # of policies knows no IPv6 addresses.
    sockets = " ".join(sorted(origin.replace("http", "ws", 1) for origin in own if "[" not in origin))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"connect-src 'self' {sockets}".rstrip(),
            "img-src 'self' data:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )
