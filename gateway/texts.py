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
    "group_empty": {
        "de": ("Niemand da", "Im Moment ist niemand da. Bitte versuchen Sie es später noch einmal."),
        "en": ("Nobody there", "Nobody is there at the moment. Please try again later."),
    },
    "group_understaffed": {
        "de": ("Zu wenige da", "Im Moment sind zu wenige von uns da. Bitte versuchen Sie es später noch einmal."),
        "en": ("Too few there", "Too few of us are there at the moment. Please try again later."),
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
            "Im Moment nicht möglich",
            "Der Dienst ist gerade nicht verfügbar. Bitte versuchen Sie es in {seconds} Sekunden noch einmal.",
        ),
        "en": (
            "Not possible at the moment",
            "The service is not available right now. Please try again in {seconds} seconds.",
        ),
    },
    "not_signed_in": {
        "de": ("Nicht angemeldet", "Bitte melden Sie sich an."),
        "en": ("Not signed in", "Please sign in."),
    },
    "token_wrong": {
        "de": (
            "Zugang abgelehnt",
            "Der Schlüssel dieses Programms fehlt oder gilt nicht mehr. Einen neuen macht `zuruf token add`.",
        ),
        "en": (
            "Token not accepted",
            "The token of this program is missing or no longer good. `zuruf token add` makes a new one.",
        ),
    },
    "attributes_invalid": {
        "de": (
            "Angaben der Website nicht lesbar",
            "Die Angaben der Website sind nicht bestätigt. Bitte laden Sie die Seite neu. Für den Betreiber: {reason}",
        ),
        "en": (
            "Attributes not accepted",
            "What the website says is not confirmed. Please load the page again. For its operator: {reason}",
        ),
    },
    "attributes_expired": {
        "de": ("Seite zu lange offen", "Die Seite war zu lange offen. Bitte laden Sie sie neu."),
        "en": ("Page open for too long", "The page has been open for too long. Please load it again."),
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
    "not_possible_now": {
        "de": (
            "Gerade nicht möglich",
            "Das geht im Moment nicht: Inzwischen hat sich etwas geändert. Bitte sehen Sie nach, wie es jetzt steht.",
        ),
        "en": (
            "Not possible now",
            "This cannot be done at the moment: something has changed meanwhile. Please look how things are now.",
        ),
    },
    "version_changed": {
        "de": (
            "Inzwischen geändert",
            "Jemand anderes hat die Einstellungen geändert. Bitte laden Sie sie neu und ändern Sie sie dann.",
        ),
        "en": (
            "Changed meanwhile",
            "Somebody else has changed the configuration meanwhile. Please load it again and then change it.",
        ),
    },
    "version_missing": {
        "de": ("Stand fehlt", "Bitte geben Sie mit If-Match an, welchen Stand der Einstellungen Sie ändern."),
        "en": ("Version missing", "Please say with If-Match which version of the configuration you are changing."),
    },
    "configuration_wrong": {
        "de": (
            "Einstellungen passen nicht zusammen",
            "Die Einstellungen wurden nicht übernommen, weil nicht alles zusammenpasst. Bitte prüfen Sie die Felder.",
        ),
        "en": (
            "Configuration does not fit together",
            "The configuration was not taken, because not everything in it fits together. Please look at the fields.",
        ),
    },
    "too_large": {
        "de": ("Zu groß", "Die Anfrage ist größer als erlaubt."),
        "en": ("Too large", "The request is larger than allowed."),
    },
    "link_unknown": {
        "de": (
            "Dieser Link stimmt nicht",
            "Vielleicht fehlt ein Stück. Bitte öffnen Sie ihn direkt aus der E-Mail oder kopieren Sie ihn vollständig.",
        ),
        "en": (
            "This link is not right",
            "Perhaps a part of it is missing. Please open it from the e-mail, or copy all of it.",
        ),
    },
    "link_cancelled": {
        "de": (
            "Der Rückruf ist abgesagt",
            "Sie haben diesen Rückruf abgesagt. Auf unserer Website können Sie jederzeit neu anrufen.",
        ),
        "en": (
            "The callback is cancelled",
            "You have cancelled this callback. You can call again on our website at any time.",
        ),
    },
    "link_expired": {
        "de": (
            "Der Rückruf ist abgelaufen",
            "Wir haben Sie nicht erreicht und Ihren Platz vergeben. Bitte rufen Sie auf unserer Website neu an.",
        ),
        "en": (
            "The callback has expired",
            "We could not reach you and gave up your place. Please call again on our website.",
        ),
    },
    "link_used": {
        "de": (
            "Dieser Link wurde schon benutzt",
            "Das Gespräch dazu ist vorbei. Auf unserer Website können Sie jederzeit neu anrufen.",
        ),
        "en": (
            "This link has been used",
            "The call that it was for is over. You can call again on our website at any time.",
        ),
    },
    "link_in_use": {
        "de": (
            "Ihr Gespräch läuft schon",
            "Es läuft in einem anderen Fenster oder auf einem anderen Gerät. Bitte machen Sie dort weiter.",
        ),
        "en": (
            "Your call has already begun",
            "It is in another window or on another device. Please continue there.",
        ),
    },
    "personal_link_unknown": {
        "de": (
            "Dieser Link stimmt nicht",
            "Vielleicht fehlt ein Stück. Bitte öffnen Sie ihn noch einmal so, wie Sie ihn bekommen haben.",
        ),
        "en": ("This link is not right", "Perhaps a part of it is missing. Please open it again as you were given it."),
    },
    "personal_link_not_yet_valid": {
        "de": (
            "Dieser Link gilt noch nicht",
            "Bitte öffnen Sie ihn zu der Zeit, die Ihnen genannt wurde.",
        ),
        "en": ("This link is not valid yet", "Please open it at the time you were told."),
    },
    "personal_link_used": {
        "de": (
            "Dieser Link wurde schon benutzt",
            "Er gilt nur einmal. Bitte lassen Sie sich einen neuen geben.",
        ),
        "en": ("This link has been used", "It works only once. Please ask for a new one."),
    },
    "personal_link_expired": {
        "de": ("Dieser Link ist abgelaufen", "Bitte lassen Sie sich einen neuen geben."),
        "en": ("This link has expired", "Please ask for a new one."),
    },
    "personal_link_revoked": {
        "de": ("Dieser Link gilt nicht mehr", "Er wurde zurückgezogen. Bitte lassen Sie sich einen neuen geben."),
        "en": ("This link is no longer valid", "It was withdrawn. Please ask for a new one."),
    },
    "code_wrong": {
        "de": (
            "Dieser Code stimmt nicht",
            "Ein Code gilt zehn Minuten und nur einmal. Bitte prüfen Sie ihn, oder lassen Sie sich einen neuen geben.",
        ),
        "en": (
            "This code is not right",
            "A code is good for ten minutes and only once. Please check it, or ask for a new one.",
        ),
    },
    "too_many_codes": {
        "de": (
            "Gerade sind zu viele Codes vergeben",
            "Geben Sie den Link ohne Code weiter, oder versuchen Sie es in ein paar Minuten noch einmal.",
        ),
        "en": (
            "Too many codes are in use right now",
            "Pass the link on without a code, or try again in a few minutes.",
        ),
    },
    "too_many_links": {
        "de": ("Zu viele offene Links", "Ziehen Sie erst welche zurück, die niemand mehr braucht."),
        "en": ("Too many open links", "First revoke some that nobody needs any more."),
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

FAULTS: Final[dict[str, dict[Language, str]]] = {
    "wrong_value": {
        "de": "Dieser Wert geht hier nicht: {reason}",
        "en": "This value will not do here: {reason}",
    },
    "twice": {
        "de": "„{name}“ steht hier zweimal. Bitte lassen Sie eines weg.",
        "en": "“{name}” is here twice. Please leave one out.",
    },
    "another_id": {
        "de": "Die Kennung ist nicht die der Adresse. Bitte nehmen Sie in beiden dieselbe.",
        "en": "The id is not that of the address. Please use the same in both.",
    },
    "unknown_group": {
        "de": "Eine Gruppe „{name}“ gibt es nicht.",
        "en": "There is no group “{name}”.",
    },
    "unknown_skill": {
        "de": "Eine Fähigkeit „{name}“ gibt es nicht. Bitte legen Sie sie zuerst an.",
        "en": "There is no skill “{name}”. Please add it first.",
    },
    "unknown_code": {
        "de": "Einen Abschlusscode „{name}“ gibt es nicht. Bitte legen Sie ihn zuerst an.",
        "en": "There is no disposition code “{name}”. Please add it first.",
    },
    "unknown_agent": {
        "de": "„{name}“ ist niemand, der sich hier anmeldet.",
        "en": "“{name}” is nobody who signs in here.",
    },
    "unknown_strategy": {
        "de": "Eine Strategie „{name}“ gibt es nicht. Es gibt: {known}.",
        "en": "There is no strategy “{name}”. There are: {known}.",
    },
    "unknown_zone": {
        "de": "Eine Zeitzone „{name}“ gibt es nicht. Sie heißt etwa Europe/Berlin.",
        "en": "There is no time zone “{name}”. One is called Europe/Berlin, for instance.",
    },
    "no_such_day": {
        "de": "„{name}“ ist kein Tag. Bitte schreiben Sie ihn wie 2026-12-24.",
        "en": "“{name}” is no day. Please write it as 2026-12-24.",
    },
    "ends_before_it_begins": {
        "de": "Das Ende liegt nicht nach dem Anfang.",
        "en": "The end is not after the beginning.",
    },
    "spans_overlap": {
        "de": "Diese Zeit beginnt, bevor die vorige endet. Bitte ordnen Sie die Zeiten und trennen Sie sie.",
        "en": "This span begins before the one before it ends. Please put the spans in order and apart.",
    },
    "policy_unavailable": {
        "de": "Medien über den Server („{name}“) kann dieser Server nicht. Bitte nehmen Sie „direct“.",
        "en": "This server cannot take media through itself (“{name}”). Please use “direct”.",
    },
    "channel_unavailable": {
        "de": "Chats kann dieser Server nicht. Bitte lassen Sie den Kanal weg.",
        "en": "This server cannot take chats. Please leave the channel out.",
    },
    "no_messages": {
        "de": "Die Gruppe nimmt keine Nachrichten an. Bitte nehmen Sie „message“ in ihre Kanäle auf.",
        "en": "The group takes no messages. Please add “message” to its channels.",
    },
    "no_callbacks": {
        "de": "Die Gruppe ruft nicht zurück. Bitte geben Sie bei „callbacks“ an, wie sie es tun soll.",
        "en": "The group does not call back. Please say under “callbacks” how it should.",
    },
    "not_granted": {
        "de": "In der Gruppe „{name}“ hat der Agent keine Rolle. Die vergibt `zuruf user role`.",
        "en": "The agent has no role in group “{name}”. `zuruf user role` grants it.",
    },
    "no_group_left": {
        "de": "So bliebe dem Agenten keine Gruppe. Bitte melden Sie ihn stattdessen ab.",
        "en": "Like this the agent would have no group left. Please sign them out instead.",
    },
    "unfit_address": {
        "de": "An diese Adresse schickt der Server nichts. Bitte nennen Sie eine öffentliche mit https://.",
        "en": "The server sends nothing to this address. Please give a public one that begins with https://.",
    },
    "unknown_event": {
        "de": "Ein Ereignis „{name}“ gibt es nicht. Es gibt: {known}.",
        "en": "There is no event “{name}”. There are: {known}.",
    },
    "too_many": {
        "de": "Mehr als {most} gehen nicht. Bitte entfernen Sie zuerst eines.",
        "en": "There cannot be more than {most}. Please remove one first.",
    },
    "group_not_meant": {
        "de": "Eine Gruppe gehört nur zu der Antwort „group“. Bitte lassen Sie sie weg.",
        "en": "A group belongs to the answer “group” only. Please leave it out.",
    },
    "group_missing": {
        "de": "Bitte sagen Sie, welche andere Gruppe gemeint ist.",
        "en": "Please say which other group is meant.",
    },
    "same_group": {
        "de": "Das ist die Gruppe selbst. Bitte nehmen Sie eine andere.",
        "en": "This is the group itself. Please choose another one.",
    },
    "no_channel_in_common": {
        "de": "Die Gruppe „{name}“ hat keinen der Kanäle dieser Gruppe.",
        "en": "Group “{name}” has none of the channels of this group.",
    },
    "circle": {
        "de": "So wird im Kreis verwiesen, und niemand antwortet: {way}.",
        "en": "This leads around in a circle, and nobody ever answers: {way}.",
    },
    "no_member": {
        "de": "In der Gruppe „{name}“ ist der Agent nach diesem Profil nicht.",
        "en": "The agent is not in group “{name}” by this profile.",
    },
    "no_capacity": {
        "de": "So bekäme der Agent nie etwas. Bitte lassen Sie wenigstens einen Kontakt zu.",
        "en": "Like this the agent would never get anything. Please allow for one contact at least.",
    },
    "interrupts_itself": {
        "de": "Mehr derselben Art regelt die Anzahl. Bitte nennen Sie hier zwei verschiedene.",
        "en": "More of the same kind is a matter of its number. Please name two different ones here.",
    },
}
"""What is said of a single field, by its code."""

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
