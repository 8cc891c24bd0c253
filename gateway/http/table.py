"""Every route there is. OpenAPI and ``docs/reference/openapi.json`` come from this table."""

from typing import Final

from gateway.http.account import Account
from gateway.http.audit import Audit, AuditPage
from gateway.http.availability import Availabilities
from gateway.http.contacts import VISITOR_HEADER, Contacts
from gateway.http.description import Description
from gateway.http.edge import CSRF_HEADER
from gateway.http.explanations import ExplainedContact, Explanations
from gateway.http.health import Alive, Health, Readiness
from gateway.http.pages import Pages
from gateway.http.route import Access, Kind, Route
from signaling.protocol.rest import Availability, ContactCreated, NewContact, SignedIn, SignIn

_CSRF: Final = {CSRF_HEADER: "The `csrf` of the sign-in."}

TABLE: Final[tuple[Route, ...]] = (
    Route(
        method="POST",
        path="/api/v1/contacts",
        part=Contacts,
        handler=Contacts.create,
        summary="Ask to talk to a group",
        request=NewContact,
        request_headers={
            "Idempotency-Key": "8 to 128 characters, random, the same for every repeat of this request.",
            VISITOR_HEADER: "16 to 128 characters, random, the same while the page is open. Optional.",
        },
        answers={201: ContactCreated},
        problems=(
            "site_unknown",
            "wrong_origin",
            "group_unknown",
            "group_closed",
            "group_full",
            "channel_unavailable",
            "too_many_open",
            "proof_required",
        ),
        cross_origin=True,
    ),
    Route(
        method="GET",
        path="/api/v1/sites/{site}/availability",
        part=Availabilities,
        handler=Availabilities.show,
        summary="See whether a call can be started now",
        query={"lang": "Language of the names, `de` or `en`."},
        answers={200: Availability},
        problems=("site_unknown",),
        cross_origin=True,
        is_quiet=True,
    ),
    Route(
        method="POST",
        path="/api/v1/sign-in",
        part=Account,
        handler=Account.sign_in,
        summary="Sign in",
        access=Access.OWN_PAGE,
        request=SignIn,
        answers={200: SignedIn},
        problems=("bad_credentials", "locked_out"),
    ),
    Route(
        method="POST",
        path="/api/v1/sign-out",
        part=Account,
        handler=Account.sign_out,
        summary="Sign out",
        access=Access.SIGNED_IN,
        request_headers=_CSRF,
        answers={204: None},
    ),
    Route(
        method="GET",
        path="/api/v1/me",
        part=Account,
        handler=Account.show,
        summary="See who is signed in",
        access=Access.SIGNED_IN,
        right="see_self",
        answers={200: SignedIn},
    ),
    Route(
        method="GET",
        path="/api/v1/sites/{site}/audit",
        part=Audit,
        handler=Audit.show,
        summary="Read who did what",
        access=Access.SIGNED_IN,
        right="read_audit",
        query={"after": "Number of the last entry already known."},
        answers={200: AuditPage},
        problems=("not_found",),
    ),
    Route(
        method="GET",
        path="/api/v1/sites/{site}/contacts/{contact}/explanation",
        part=Explanations,
        handler=Explanations.show,
        summary="Read what happened to a contact, and why",
        access=Access.SIGNED_IN,
        right="supervise",
        answers={200: ExplainedContact},
        problems=("not_found",),
    ),
    Route(
        method="GET",
        path="/api/v1/openapi.json",
        part=Description,
        handler=Description.show,
        summary="Read this description",
        answers={200: None},
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/healthz",
        part=Health,
        handler=Health.alive,
        summary="Liveness",
        answers={200: Alive},
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/readyz",
        part=Health,
        handler=Health.ready,
        summary="Readiness",
        answers={200: Readiness, 503: Readiness},
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/metrics",
        part=Health,
        handler=Health.metrics,
        summary="Prometheus metrics",
        access=Access.INSIDE,
        kind=Kind.PLAIN,
        is_quiet=True,
    ),
    Route(method="GET", path="/", part=Pages, handler=Pages.home, summary="Demo shop", kind=Kind.PAGE, is_quiet=True),
    Route(
        method="GET",
        path="/agent",
        part=Pages,
        handler=Pages.agent,
        summary="Agent desk",
        kind=Kind.PAGE,
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/widget.js",
        part=Pages,
        handler=Pages.widget,
        summary="Widget",
        kind=Kind.SCRIPT,
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/widget/{name}",
        part=Pages,
        handler=Pages.widget_part,
        summary="Parts of the widget",
        kind=Kind.ASSET,
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/agent/assets/{name}",
        part=Pages,
        handler=Pages.agent_part,
        summary="Parts of the agent desk",
        kind=Kind.ASSET,
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/demo/assets/{name}",
        part=Pages,
        handler=Pages.demo_part,
        summary="Parts of the demo shop",
        kind=Kind.ASSET,
        is_quiet=True,
    ),
)
