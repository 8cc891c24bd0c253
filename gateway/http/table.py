"""Every route there is. OpenAPI and ``docs/reference/openapi.json`` come from this table."""

from dataclasses import replace
from typing import Final

from msgspec import Struct

from gateway.configuration.document import GroupRules, NamedSkill, RoutingProfile, SiteDocument
from gateway.http.account import Account
from gateway.http.audit import Audit, AuditPage
from gateway.http.availability import Availabilities
from gateway.http.configuration import LARGEST_DOCUMENT, Configuration, KeptVersion, VersionPage
from gateway.http.contacts import VISITOR_HEADER, Contacts
from gateway.http.description import Description
from gateway.http.edge import CSRF_HEADER
from gateway.http.elsewhere import Elsewhere, ElsewhereSaid
from gateway.http.explanations import ExplainedContact, Explanations
from gateway.http.forecasts import ForecastReport, Forecasts
from gateway.http.health import Alive, Health, Readiness
from gateway.http.join import Join
from gateway.http.notices import FailedNotices, NoticesPage
from gateway.http.openings import OpeningHours
from gateway.http.own_day import OwnDays
from gateway.http.pages import Pages
from gateway.http.route import Access, Handler, Kind, Route
from gateway.http.supervision import AgentWanted, Closing, GroupsWanted, PresenceWanted, Supervision
from gateway.http.webhooks import NewWebhook, WebhookCreated, WebhookPage, Webhooks
from signaling.protocol.rest import (
    Availability,
    ContactCreated,
    JoinLink,
    KeptPlace,
    NewContact,
    Openings,
    OwnDay,
    SignedIn,
    SignIn,
)

_CSRF: Final = {CSRF_HEADER: "The `csrf` of the sign-in."}

_CHANGE: Final = {
    **_CSRF,
    "If-Match": "The `ETag` of the version that is changed; `*` for whichever is in force.",
}
_CHANGED: Final = ("not_found", "configuration_wrong", "version_changed", "version_missing")
_CONFIGURATION: Final = "/api/v1/sites/{site}/configuration"


def _part(path: str, struct: type[Struct], name: str, handlers: tuple[Handler, Handler, Handler]) -> tuple[Route, ...]:
    """Reading, putting and deleting one part of a configuration."""
    show, put, delete = handlers
    common = Route(
        method="GET",
        path=path,
        part=Configuration,
        handler=show,
        summary=f"Read {name}",
        access=Access.SIGNED_IN,
        right="configure",
        answers={200: struct},
        problems=("not_found",),
    )
    change = replace(common, request_headers=_CHANGE, problems=_CHANGED)
    return (
        common,
        replace(change, method="PUT", handler=put, summary=f"Change {name}", request=struct),
        replace(change, method="DELETE", handler=delete, summary=f"Remove {name}", answers={204: None}),
    )


def _supervise(method: str, path: str, handler: Handler, summary: str, request: type[Struct] | None = None) -> Route:
    """Something that supervisors do by hand."""
    return Route(
        method=method,
        path=path,
        part=Supervision,
        handler=handler,
        summary=summary,
        access=Access.SIGNED_IN,
        right="supervise",
        request=request,
        request_headers=_CSRF,
        answers={202: None, 204: None},
        problems=("not_found", "not_possible_now", "configuration_wrong"),
    )


_LINK_PROBLEMS: Final = ("link_unknown", "link_cancelled", "link_expired", "link_used", "link_in_use")

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
            "group_empty",
            "group_understaffed",
            "group_full",
            "channel_unavailable",
            "too_many_open",
            "proof_required",
            "attributes_invalid",
            "attributes_expired",
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
        method="GET",
        path="/api/v1/sites/{site}/groups/{group}/openings",
        part=OpeningHours,
        handler=OpeningHours.show,
        summary="See when a group is open",
        answers={200: Openings},
        problems=("site_unknown", "group_unknown"),
        cross_origin=True,
        is_quiet=True,
    ),
    Route(
        method="POST",
        path="/api/v1/join/look",
        part=Join,
        handler=Join.look,
        summary="See what the link of a callback is about",
        access=Access.OWN_PAGE,
        request=JoinLink,
        answers={200: KeptPlace},
        problems=_LINK_PROBLEMS,
    ),
    Route(
        method="POST",
        path="/api/v1/join",
        part=Join,
        handler=Join.come,
        summary="Take up the place that a link keeps",
        access=Access.OWN_PAGE,
        request=JoinLink,
        answers={201: ContactCreated},
        problems=_LINK_PROBLEMS,
    ),
    Route(
        method="POST",
        path="/api/v1/join/cancel",
        part=Join,
        handler=Join.cancel,
        summary="Give up the place that a link keeps",
        access=Access.OWN_PAGE,
        request=JoinLink,
        answers={204: None},
        problems=_LINK_PROBLEMS,
    ),
    Route(
        method="GET",
        path="/api/v1/sites/{site}/notices",
        part=FailedNotices,
        handler=FailedNotices.show,
        summary="See which callers could not be told",
        access=Access.SIGNED_IN,
        right="supervise",
        answers={200: NoticesPage},
        problems=("not_found",),
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
        path="/api/v1/me/day",
        part=OwnDays,
        handler=OwnDays.show,
        summary="See what rang at one's own desk today, and what came of it",
        access=Access.SIGNED_IN,
        right="serve",
        answers={200: OwnDay},
    ),
    Route(
        method="GET",
        path="/api/v1/sites/{site}/forecasts",
        part=Forecasts,
        handler=Forecasts.show,
        summary="See how right the estimated waits were",
        access=Access.SIGNED_IN,
        right="supervise",
        query={
            "from": "Only forecasts told since then, in milliseconds since the Unix epoch; a day before `to`.",
            "to": "Only forecasts told before then; now.",
        },
        answers={200: ForecastReport},
        problems=("not_found",),
    ),
    Route(
        method="GET",
        path=_CONFIGURATION,
        part=Configuration,
        handler=Configuration.show,
        summary="Read the configuration in force",
        access=Access.SIGNED_IN,
        right="configure",
        answers={200: SiteDocument},
        problems=("not_found",),
    ),
    Route(
        method="PUT",
        path=_CONFIGURATION,
        part=Configuration,
        handler=Configuration.replace,
        summary="Change the configuration",
        access=Access.SIGNED_IN,
        right="configure",
        request=SiteDocument,
        request_headers=_CHANGE,
        answers={200: SiteDocument},
        problems=_CHANGED,
        largest_body=LARGEST_DOCUMENT,
    ),
    Route(
        method="GET",
        path=f"{_CONFIGURATION}/versions",
        part=Configuration,
        handler=Configuration.versions,
        summary="Read who changed the configuration",
        access=Access.SIGNED_IN,
        right="configure",
        query={"before": "Number of the last version already known."},
        answers={200: VersionPage},
        problems=("not_found",),
    ),
    Route(
        method="GET",
        path=f"{_CONFIGURATION}/versions/{{number}}",
        part=Configuration,
        handler=Configuration.version,
        summary="Read one version of the configuration",
        access=Access.SIGNED_IN,
        right="configure",
        answers={200: KeptVersion},
        problems=("not_found",),
    ),
    Route(
        method="POST",
        path=f"{_CONFIGURATION}/versions/{{number}}/roll-back",
        part=Configuration,
        handler=Configuration.roll_back,
        summary="Go back to a version of the configuration",
        access=Access.SIGNED_IN,
        right="configure",
        request_headers=_CHANGE,
        answers={200: SiteDocument},
        problems=_CHANGED,
    ),
    *_part(
        "/api/v1/sites/{site}/groups/{group}",
        GroupRules,
        "a group",
        (Configuration.show_group, Configuration.put_group, Configuration.delete_group),
    ),
    *_part(
        "/api/v1/sites/{site}/agents/{agent}/profile",
        RoutingProfile,
        "an agent's routing profile",
        (Configuration.show_profile, Configuration.put_profile, Configuration.delete_profile),
    ),
    *_part(
        "/api/v1/sites/{site}/skills/{skill}",
        NamedSkill,
        "a skill",
        (Configuration.show_skill, Configuration.put_skill, Configuration.delete_skill),
    ),
    Route(
        method="GET",
        path="/api/v1/sites/{site}/webhooks",
        part=Webhooks,
        handler=Webhooks.show,
        summary="Read who is told what happens",
        access=Access.SIGNED_IN,
        right="configure",
        answers={200: WebhookPage},
        problems=("not_found",),
    ),
    Route(
        method="POST",
        path="/api/v1/sites/{site}/webhooks",
        part=Webhooks,
        handler=Webhooks.add,
        summary="Add a webhook",
        access=Access.SIGNED_IN,
        right="configure",
        request=NewWebhook,
        request_headers=_CSRF,
        answers={201: WebhookCreated},
        problems=("not_found", "configuration_wrong"),
    ),
    Route(
        method="DELETE",
        path="/api/v1/sites/{site}/webhooks/{webhook}",
        part=Webhooks,
        handler=Webhooks.remove,
        summary="Remove a webhook",
        access=Access.SIGNED_IN,
        right="configure",
        request_headers=_CSRF,
        answers={204: None},
        problems=("not_found",),
    ),
    Route(
        method="PUT",
        path="/api/v1/agents/{agent}/elsewhere",
        part=Elsewhere,
        handler=Elsewhere.put,
        summary="Say that another system has an agent",
        access=Access.PROGRAM,
        scope="elsewhere",
        request=ElsewhereSaid,
        answers={202: None, 204: None},
        problems=("not_found",),
    ),
    Route(
        method="DELETE",
        path="/api/v1/agents/{agent}/elsewhere",
        part=Elsewhere,
        handler=Elsewhere.delete,
        summary="Say that another system no longer has an agent",
        access=Access.PROGRAM,
        scope="elsewhere",
        query={"source": "Which system."},
        answers={202: None, 204: None},
        problems=("malformed", "not_found"),
    ),
    _supervise(
        "PUT", "/api/v1/agents/{agent}/presence", Supervision.set_presence, "Set an agent's presence", PresenceWanted
    ),
    _supervise("POST", "/api/v1/agents/{agent}/sign-out", Supervision.sign_agent_out, "Sign an agent out"),
    _supervise(
        "POST", "/api/v1/agents/{agent}/move", Supervision.move_agent, "Move an agent between groups", GroupsWanted
    ),
    _supervise(
        "POST", "/api/v1/contacts/{contact}/assign", Supervision.assign, "Assign a contact by hand", AgentWanted
    ),
    _supervise("POST", "/api/v1/contacts/{contact}/end", Supervision.end, "End a contact"),
    _supervise(
        "POST", "/api/v1/sites/{site}/groups/{group}/close", Supervision.close_group, "Close a group now", Closing
    ),
    _supervise("POST", "/api/v1/sites/{site}/groups/{group}/reopen", Supervision.reopen_group, "Reopen a group"),
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
        path="/supervisor",
        part=Pages,
        handler=Pages.supervisor,
        summary="Supervisor's page",
        kind=Kind.PAGE,
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/join",
        part=Pages,
        handler=Pages.hosted,
        summary="Call page behind the link of a callback",
        kind=Kind.PAGE,
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/call/{site}/{group}",
        part=Pages,
        handler=Pages.hosted,
        summary="Call page of a group",
        kind=Kind.PAGE,
        is_quiet=True,
    ),
    Route(
        method="GET",
        path="/hosted/assets/{name}",
        part=Pages,
        handler=Pages.hosted_part,
        summary="Parts of the call page",
        kind=Kind.ASSET,
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
        path="/supervisor/assets/{name}",
        part=Pages,
        handler=Pages.supervisor_part,
        summary="Parts of the supervisor's page",
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
