"""What the server says to people, in every language it speaks. A missing one fails a test."""

from typing import Final

from signaling.protocol.base import Language

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")

PROBLEMS: Final[dict[str, dict[Language, tuple[str, str]]]] = {
    "malformed": {
        "de": ("Anfrage nicht lesbar", "Die Anfrage ist unvollständig oder falsch aufgebaut: {reason}"),
        "en": ("Request not readable", "The request is incomplete or malformed: {reason}"),
    },
    "site_unknown": {
        "de": ("Unbekannte Website", "Diese Website ist hier nicht eingerichtet. Bitte den Betreiber informieren."),
        "en": ("Unknown site", "This site is not set up here. Please tell its operator."),
    },
    "group_unknown": {
        "de": ("Unbekannte Gruppe", "Die gewünschte Gruppe gibt es nicht. Bitte den Betreiber informieren."),
        "en": ("Unknown group", "There is no such group. Please tell the site's operator."),
    },
    "group_closed": {
        "de": ("Geschlossen", "Im Moment nehmen wir keine Anrufe an. Bitte versuchen Sie es später noch einmal."),
        "en": ("Closed", "We take no calls at the moment. Please try again later."),
    },
    "group_full": {
        "de": (
            "Zu viele Wartende",
            "Im Moment warten zu viele Menschen. Bitte versuchen Sie es in einigen Minuten noch einmal.",
        ),
        "en": ("Too many waiting", "Too many people are waiting right now. Please try again in a few minutes."),
    },
    "channel_unavailable": {
        "de": ("Nicht möglich", "Diese Art des Anrufs wird hier nicht angeboten. Bitte wählen Sie eine andere."),
        "en": ("Not available", "This kind of call is not offered here. Please choose another one."),
    },
    "too_many_open": {
        "de": (
            "Schon ein Anruf offen",
            "Sie haben schon einen Anruf offen. Bitte beenden Sie ihn, bevor Sie einen neuen beginnen.",
        ),
        "en": ("A call is already open", "You already have an open call. Please end it before you start another."),
    },
    "too_many_requests": {
        "de": (
            "Zu viele Anfragen",
            "Aus Ihrem Netz kamen gerade zu viele Anfragen. Bitte versuchen Sie es in {seconds} Sekunden noch einmal.",
        ),
        "en": (
            "Too many requests",
            "Too many requests came from your network just now. Please try again in {seconds} seconds.",
        ),
    },
    "wrong_origin": {
        "de": (
            "Hier nicht erlaubt",
            "Bitte sagen Sie dem Betreiber der Website Bescheid: Deren Adresse muss erst freigegeben werden.",
        ),
        "en": (
            "Not allowed here",
            "Please tell whoever runs this website: the address of this page has to be allowed first.",
        ),
    },
    "proof_required": {
        "de": ("Bestätigung nötig", "Bitte bestätigen Sie erst, dass Sie ein Mensch sind."),
        "en": ("Confirmation needed", "Please confirm first that you are human."),
    },
    "busy": {
        "de": (
            "Gerade überlastet",
            "Der Dienst ist überlastet oder startet neu. Bitte versuchen Sie es in {seconds} Sekunden noch einmal.",
        ),
        "en": (
            "Busy right now",
            "The service is overloaded or restarting right now. Please try again in {seconds} seconds.",
        ),
    },
    "not_signed_in": {
        "de": ("Nicht angemeldet", "Bitte melden Sie sich an."),
        "en": ("Not signed in", "Please sign in."),
    },
    "bad_credentials": {
        "de": ("Anmeldung fehlgeschlagen", "Benutzername oder Passwort stimmt nicht."),
        "en": ("Sign-in failed", "The user name or the password is wrong."),
    },
    "locked_out": {
        "de": (
            "Vorübergehend gesperrt",
            "Das waren zu viele Fehlversuche. Bitte versuchen Sie es in {seconds} Sekunden noch einmal.",
        ),
        "en": (
            "Locked for a while",
            "Those were too many failed attempts. Please try again in {seconds} seconds.",
        ),
    },
    "csrf": {
        "de": ("Anfrage abgelehnt", "Die Anfrage kam nicht von unserer Seite. Bitte laden Sie die Seite neu."),
        "en": ("Request refused", "The request did not come from our own page. Please reload the page."),
    },
    "forbidden": {
        "de": ("Nicht erlaubt", "Dazu fehlt Ihnen die Berechtigung."),
        "en": ("Not allowed", "You do not have permission to do this."),
    },
    "not_found": {
        "de": ("Nicht gefunden", "Diese Adresse gibt es nicht."),
        "en": ("Not found", "There is nothing at this address."),
    },
    "too_large": {
        "de": ("Zu groß", "Die Anfrage ist größer als erlaubt."),
        "en": ("Too large", "The request is larger than allowed."),
    },
    "internal": {
        "de": (
            "Fehler bei uns",
            "Da ist bei uns etwas schiefgegangen. Bitte versuchen Sie es noch einmal. Kennung für Rückfragen: {trace}",
        ),
        "en": (
            "Our fault",
            "Something went wrong on our side. Please try again. Reference if you want to ask about it: {trace}",
        ),
    },
}
"""Title and detail of every problem code."""

PAGES_MISSING: Final[dict[Language, str]] = {
    "de": "Die Seiten sind noch nicht gebaut. Bitte im Projektverzeichnis „make setup“ ausführen und neu laden.",
    "en": "The pages have not been built yet. Run “make setup” in the project directory and reload.",
}


def language_of(accept_language: str) -> Language:
    """The language somebody wants most, of those there are; English if none."""
    best, language = 0.0, LANGUAGES[-1]
    for part in accept_language[:200].split(","):
        tag, _, weight = part.strip().partition(";")
        spoken = next((known for known in LANGUAGES if tag.lower().split("-")[0] == known), None)
        if spoken is not None and _quality(weight) > best:
            best, language = _quality(weight), spoken
    return language


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
