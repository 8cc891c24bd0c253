"""What is told of a contact, in every language: a sentence for each code of :mod:`acd.explain`.

A code that may say more or less has several sentences, the one that says most first.
"""

from collections.abc import Mapping
from typing import Final

from signaling.protocol.base import Language

EXPLANATIONS: Final[Mapping[str, Mapping[Language, tuple[str, ...]]]] = {
    # Coming in.
    "admitted": {
        "de": ("Der Kontakt kam in die Gruppe {group} ({channel}).",),
        "en": ("The contact came to group {group} ({channel}).",),
    },
    "admitted_elsewhere": {
        "de": ("Gefragt war {asked_group}; dort {reason}. Der Kontakt kam in die Gruppe {group} ({channel}).",),
        "en": ("It was meant for {asked_group}, which {reason}. It came to group {group} ({channel}).",),
    },
    "head_start": {
        "de": ("Er zählt, als hätte er schon {by_ms} gewartet.",),
        "en": ("It counts as if it had already waited for {by_ms}.",),
    },
    "refused_group_unknown": {
        "de": ("Abgelehnt: Die Gruppe gibt es nicht.",),
        "en": ("Refused: there is no such group.",),
    },
    "refused_group_closed": {
        "de": ("Abgelehnt: Die Gruppe war geschlossen. {answer}",),
        "en": ("Refused: the group was closed. {answer}",),
    },
    "refused_group_empty": {
        "de": ("Abgelehnt: In der Gruppe war niemand da. {answer}",),
        "en": ("Refused: nobody of the group was there. {answer}",),
    },
    "refused_group_understaffed": {
        "de": ("Abgelehnt: In der Gruppe waren zu wenige da. {answer}",),
        "en": ("Refused: too few of the group were there. {answer}",),
    },
    "refused_group_full": {
        "de": ("Abgelehnt: Es warteten schon zu viele. {answer}",),
        "en": ("Refused: too many were waiting already. {answer}",),
    },
    "refused_channel_unavailable": {
        "de": ("Abgelehnt: Die Gruppe bietet diese Art von Kontakt nicht an.",),
        "en": ("Refused: the group does not offer this kind of contact.",),
    },
    "refused_too_many_open": {
        "de": ("Abgelehnt: Der Besucher hatte schon einen Kontakt offen.",),
        "en": ("Refused: the visitor had a contact open already.",),
    },
    # What is asked for.
    "step": {
        "de": (
            "Gesucht ist jetzt {agent}, mit {needs}.",
            "Gesucht ist jetzt {agent}.",
            "Gesucht ist jetzt jemand mit {needs}.",
            "Gesucht ist jetzt irgendjemand aus der Gruppe.",
        ),
        "en": (
            "Wanted now: {agent}, with {needs}.",
            "Wanted now: {agent}.",
            "Wanted now: somebody with {needs}.",
            "Wanted now: anybody of the group.",
        ),
    },
    "step_expired": {
        "de": ("Die Zeit für diese Suche war um.",),
        "en": ("The time for this search was over.",),
    },
    "step_hopeless": {
        "de": ("Das konnte gerade niemand erfüllen, also wurde nicht darauf gewartet.",),
        "en": ("Nobody at work could meet that, so it was not waited for.",),
    },
    "assigned_by_hand": {
        "de": ("Von Hand bestimmt: Der Kontakt soll zu {agent}.",),
        "en": ("Decided by hand: the contact is to go to {agent}.",),
    },
    "rules_changed": {
        "de": ("Die Regeln der Gruppe wurden geändert und gelten auch für diesen Kontakt.",),
        "en": ("The group's rules were changed, and count for this contact too.",),
    },
    "hastened": {
        "de": ("Er rückte um {by_ms} vor, weil das Zeitziel der Gruppe in Gefahr war.",),
        "en": ("It was put forward by {by_ms}, because the group's service level was at risk.",),
    },
    "moved": {
        "de": ("Er kam in die Gruppe {group}; in der bisherigen {reason}.",),
        "en": ("It moved to group {group}: the one before {reason}.",),
    },
    # Why nobody is asked.
    "waits_for_caller": {
        "de": ("Er wird niemandem angeboten, solange der Anrufer nicht verbunden ist.",),
        "en": ("It is offered to nobody while the caller is not connected.",),
    },
    "waits_for_callback": {
        "de": ("Der Anrufer hat die Seite verlassen; sein Platz in der Reihe bleibt.",),
        "en": ("The caller has left the page; the place in line is kept.",),
    },
    "waits_nobody_serves": {
        "de": ("Er wartet: Niemand ist für die Gruppe {group} eingeteilt.",),
        "en": ("It waits: nobody serves group {group}.",),
    },
    "waits_nobody_signed_in": {
        "de": ("Er wartet: Aus der Gruppe {group} ist niemand angemeldet.",),
        "en": ("It waits: nobody of group {group} is signed in.",),
    },
    "waits_nobody_skilled": {
        "de": ("Er wartet: Niemand, der angemeldet ist, hat {needs}.",),
        "en": ("It waits: nobody who is signed in has {needs}.",),
    },
    "waits_for_agent": {
        "de": ("Er wartet auf {agent}.",),
        "en": ("It waits for {agent}.",),
    },
    "waits_all_busy": {
        "de": ("Er wartet: Niemand ist frei, {busy} im Gespräch oder in der Nacharbeit.",),
        "en": ("It waits: nobody is free, {busy} in a contact or in wrap-up.",),
    },
    "waits_all_away": {
        "de": ("Er wartet: Wer angemeldet ist, nimmt gerade nichts an.",),
        "en": ("It waits: those who are signed in take nothing at the moment.",),
    },
    "waits_excluded": {
        "de": ("Er wartet: Wer frei ist, hat ihn eben nicht angenommen und wird noch nicht wieder gefragt.",),
        "en": ("It waits: those who are free have just not taken it, and are not asked again yet.",),
    },
    "waits_for_delay": {
        "de": ("Er wartet: Wer frei ist, wird nach den Regeln erst etwas später gefragt.",),
        "en": ("It waits: those who are free are asked a little later, by the rules.",),
    },
    # Offers.
    "offered": {
        "de": ("{agent} wurde gefragt.",),
        "en": ("{agent} was asked.",),
    },
    "offered_longest_idle": {
        "de": ("{agent} wurde gefragt: am längsten frei, seit {idle_ms} (frei waren: {free}).",),
        "en": ("{agent} was asked: free for longest, for {idle_ms} (free were: {free}).",),
    },
    "offered_least_occupied": {
        "de": ("{agent} wurde gefragt: am wenigsten ausgelastet (frei waren: {free}).",),
        "en": ("{agent} was asked: least occupied (free were: {free}).",),
    },
    "offered_round_robin": {
        "de": ("{agent} wurde gefragt: als Nächstes an der Reihe (frei waren: {free}).",),
        "en": ("{agent} was asked: next in turn (free were: {free}).",),
    },
    "offered_best_skilled": {
        "de": ("{agent} wurde gefragt: kann es am besten, Summe der Stufen {levels} (frei waren: {free}).",),
        "en": ("{agent} was asked: best skilled, sum of levels {levels} (free were: {free}).",),
    },
    "offered_at_several": {
        "de": ("{agent} wurde gefragt, wie alle, die frei waren.",),
        "en": ("{agent} was asked, like everybody who was free.",),
    },
    "offered_by_hand": {
        "de": ("{agent} wurde gefragt, weil es von Hand so bestimmt war.",),
        "en": ("{agent} was asked, because it was assigned by hand.",),
    },
    "offered_preferred": {
        "de": ("{agent} wurde gefragt, weil der Kontakt zuerst dorthin soll.",),
        "en": ("{agent} was asked, because the contact is to go there first.",),
    },
    "offered_joining": {
        "de": ("{agent} wurde frei und ebenfalls gefragt.",),
        "en": ("{agent} became free and was asked as well.",),
    },
    "offer_declined": {"de": ("{agent} lehnte ab.",), "en": ("{agent} declined.",)},
    "offer_missed": {
        "de": ("{agent} nahm nicht an, bis die Zeit um war.",),
        "en": ("{agent} did not answer in time.",),
    },
    "offer_caller_gone": {
        "de": ("Bei {agent} klingelte es nicht weiter: Der Anrufer war weg.",),
        "en": ("It stopped ringing at {agent}: the caller was gone.",),
    },
    "offer_agent_lost": {
        "de": ("Bei {agent} klingelte es nicht weiter: Die Verbindung dorthin war weg.",),
        "en": ("It stopped ringing at {agent}: the connection there was gone.",),
    },
    "offer_agent_unavailable": {
        "de": ("Bei {agent} klingelte es nicht weiter: nicht mehr bereit.",),
        "en": ("It stopped ringing at {agent}: no longer available.",),
    },
    "offer_busy": {
        "de": ("{agent} konnte nicht annehmen: Mikrofon oder Kamera waren belegt.",),
        "en": ("{agent} could not accept: microphone or camera were taken.",),
    },
    "offer_taken": {
        "de": ("Bei {agent} klingelte es nicht weiter: Jemand anderes war schneller.",),
        "en": ("It stopped ringing at {agent}: somebody else was faster.",),
    },
    "offer_unanswered": {
        "de": ("Bei {agent} klingelte es vergeblich, wie bei den anderen.",),
        "en": ("It rang at {agent} in vain, as at the others.",),
    },
    "offer_moved": {
        "de": ("Bei {agent} klingelte es nicht weiter: Der Kontakt ging anderswohin.",),
        "en": ("It stopped ringing at {agent}: the contact went elsewhere.",),
    },
    "offer_group_gone": {
        "de": ("Bei {agent} klingelte es nicht weiter: Die Gruppe gibt es nicht mehr.",),
        "en": ("It stopped ringing at {agent}: the group is gone.",),
    },
    "excluded": {
        "de": ("{agent} wird dafür {for_ms} lang nicht wieder gefragt.",),
        "en": ("{agent} is not asked for it again for {for_ms}.",),
    },
    "exclusion_over": {
        "de": ("{agent} darf wieder gefragt werden.",),
        "en": ("{agent} may be asked again.",),
    },
    "alarm": {
        "de": ("Alarm: {failed} Angebote sind fehlgeschlagen.",),
        "en": ("Alarm: {failed} offers have failed.",),
    },
    # Talking.
    "assigned": {
        "de": ("{agent} nahm an, nach {waited_ms}.", "{agent} nahm an."),
        "en": ("{agent} accepted, after {waited_ms}.", "{agent} accepted."),
    },
    "media_caller": {
        "de": ("Der Anrufer ist verbunden.",),
        "en": ("The caller's end is connected.",),
    },
    "media_agent": {
        "de": ("Der Arbeitsplatz ist verbunden.",),
        "en": ("The desk's end is connected.",),
    },
    "connected": {"de": ("Beide sprechen miteinander.",), "en": ("They talk.",)},
    "again_setup_failed": {
        "de": ("Ton und Bild zu {agent} kamen nicht zustande. Der Kontakt wartet wieder, ganz vorn.",),
        "en": ("Sound and picture to {agent} could not be connected. It waits again, in front.",),
    },
    "again_agent_lost": {
        "de": ("{agent} war nicht mehr zu erreichen. Der Kontakt wartet wieder, ganz vorn.",),
        "en": ("{agent} could not be reached any more. It waits again, in front.",),
    },
    "again_contradicted": {
        "de": ("Die Seite von {agent} kannte das Gespräch nicht mehr. Der Kontakt wartet wieder, ganz vorn.",),
        "en": ("The page of {agent} did not know of the call any more. It waits again, in front.",),
    },
    "again_transferred": {
        "de": ("{agent} hat den Kontakt weitergegeben. Er wartet wieder, ganz vorn.",),
        "en": ("{agent} handed the contact on. It waits again, in front.",),
    },
    # Hold, and colleagues.
    "held": {"de": ("{agent} ließ den Anrufer warten.",), "en": ("{agent} put the caller on hold.",)},
    "resumed": {"de": ("{agent} sprach weiter mit dem Anrufer.",), "en": ("{agent} talked to the caller again.",)},
    "consultation": {
        "de": ("Eine Rückfrage von {agent}; sie wartet in der Gruppe {group}.",),
        "en": ("A consultation: {agent} asks a colleague. It waits in group {group}.",),
    },
    "colleague_asked": {
        "de": (
            "Rückfrage bei {agent}.",
            "Rückfrage in der Gruppe {group}, bei jemandem mit {needs}.",
            "Rückfrage in der Gruppe {group}.",
        ),
        "en": (
            "{agent} was asked for advice.",
            "Somebody of group {group} with {needs} was asked for advice.",
            "Somebody of group {group} was asked for advice.",
        ),
    },
    "colleague_answered": {
        "de": ("{agent} nahm die Rückfrage an.",),
        "en": ("{agent} answered the colleague.",),
    },
    "colleague_abandoned": {
        "de": ("Die Rückfrage wurde aufgegeben, bevor jemand verbunden war.",),
        "en": ("The consultation was given up before anybody was connected.",),
    },
    "colleague_caller_hung_up": {"de": ("Die Rückfrage ist beendet.",), "en": ("The consultation is over.",)},
    "colleague_agent_hung_up": {
        "de": ("Wer gefragt worden war, legte auf.",),
        "en": ("The colleague hung up.",),
    },
    "colleague_caller_lost": {
        "de": ("Die Seite dessen, der fragte, kannte die Rückfrage nicht mehr.",),
        "en": ("The page of whoever asked did not know of the consultation any more.",),
    },
    "colleague_agent_lost": {
        "de": ("Wer gefragt worden war, war nicht mehr zu erreichen.",),
        "en": ("The colleague could not be reached any more.",),
    },
    "colleague_setup_failed": {
        "de": ("Ton und Bild der Rückfrage kamen nicht zustande.",),
        "en": ("Sound and picture of the consultation could not be connected.",),
    },
    "colleague_group_gone": {
        "de": ("Die Gruppe, in der gefragt wurde, gibt es nicht mehr.",),
        "en": ("The group that was asked was removed.",),
    },
    "colleague_supervisor": {
        "de": ("Die Aufsicht beendete die Rückfrage.",),
        "en": ("A supervisor ended the consultation.",),
    },
    "colleague_not_answered": {
        "de": ("Auf die Rückfrage antwortete niemand.",),
        "en": ("Nobody answered the consultation.",),
    },
    "guest_joins": {
        "de": ("{agent} kommt zum Gespräch dazu.",),
        "en": ("{agent} joins the call.",),
    },
    "guest_takes_over": {
        "de": ("{agent} übernimmt das Gespräch, sobald die Verbindung steht.",),
        "en": ("{agent} takes the call over as soon as they are connected.",),
    },
    "conference": {"de": ("Alle drei sprechen miteinander.",), "en": ("All three talk.",)},
    "hand_over_expected": {
        "de": ("Wer dazukommt, soll das Gespräch übernehmen.",),
        "en": ("Whoever joins is to take the call over.",),
    },
    "guest_left": {"de": ("{agent} ist nicht mehr dabei.",), "en": ("{agent} has left the call.",)},
    "guest_setup_failed": {
        "de": ("Ton und Bild zwischen {agent} und dem Anrufer kamen nicht zustande.",),
        "en": ("Sound and picture between {agent} and the caller could not be connected.",),
    },
    "guest_contradicted": {
        "de": ("Zwischen {agent} und dem Anrufer gab es keine Verbindung mehr.",),
        "en": ("{agent} and the caller had no connection any more.",),
    },
    "guest_contact_over": {
        "de": ("Das Gespräch ist zu Ende, auch für {agent}.",),
        "en": ("The call is over, for {agent} too.",),
    },
    "handed_over": {
        "de": ("{agent} hat das Gespräch an {to_agent} übergeben; der Anrufer war schon verbunden.",),
        "en": ("{agent} handed the call over to {to_agent}, who was connected already.",),
    },
    # Callers.
    "caller_here": {"de": ("Der Anrufer ist da.",), "en": ("The caller is there.",)},
    "caller_away": {
        "de": ("Der Anrufer hat die Verbindung verloren oder die Seite verlassen.",),
        "en": ("The caller lost the connection or left the page.",),
    },
    "caller_returned": {
        "de": ("Der Anrufer hat den Link geöffnet.",),
        "en": ("The caller opened the link.",),
    },
    "asked_refuse": {
        "de": ("Der Anrufer erfuhr, dass es nicht weitergeht; in der Gruppe {reason}.",),
        "en": ("The caller was told that it goes no further: the group {reason}.",),
    },
    "asked_group": {
        "de": ("Der Anrufer wurde gefragt, ob er zur Gruppe {group} möchte; in der bisherigen {reason}.",),
        "en": ("The caller was asked about group {group} instead: the one before {reason}.",),
    },
    "asked_message": {
        "de": ("Der Anrufer wurde gefragt, ob er eine Nachricht hinterlassen möchte; in der Gruppe {reason}.",),
        "en": ("The caller was asked about leaving a message: the group {reason}.",),
    },
    "asked_callback": {
        "de": ("Der Anrufer wurde gefragt, ob er zurückgerufen werden möchte; in der Gruppe {reason}.",),
        "en": ("The caller was asked about being called back: the group {reason}.",),
    },
    "question_over": {
        "de": ("Der Anrufer wartet weiter; die Frage hat sich erledigt.",),
        "en": ("The caller waits on; the question no longer matters.",),
    },
    "callback": {
        "de": (
            "Der Anrufer möchte zurückgerufen werden, nicht vor {due_at}.",
            "Der Anrufer möchte zurückgerufen werden und behält seinen Platz.",
        ),
        "en": (
            "The caller wants to be called back, not before {due_at}.",
            "The caller wants to be called back, and keeps the place.",
        ),
    },
    "callback_due": {
        "de": ("Der Rückruf kann von jetzt an stattfinden.",),
        "en": ("The callback may take place from now on.",),
    },
    "invited": {
        "de": ("Der Anrufer bekam den Link, zum {attempt}. Mal; er gilt bis {until_at}.",),
        "en": ("The caller was sent the link, time {attempt}; it is good until {until_at}.",),
    },
    "invitation_missed": {
        "de": ("Der Anrufer kam nicht; der nächste Versuch ist um {retry_at}.",),
        "en": ("The caller did not come; the next try is at {retry_at}.",),
    },
    # The end, and what comes after it.
    "ended_abandoned": {
        "de": ("Ende: Der Anrufer ging, bevor jemand verbunden war.",),
        "en": ("End: the caller left before anybody was connected.",),
    },
    "ended_caller_hung_up": {"de": ("Ende: Der Anrufer legte auf.",), "en": ("End: the caller hung up.",)},
    "ended_agent_hung_up": {"de": ("Ende: Der Arbeitsplatz legte auf.",), "en": ("End: the agent hung up.",)},
    "ended_caller_lost": {
        "de": ("Ende: Der Anrufer kam nicht zurück.",),
        "en": ("End: the caller did not come back.",),
    },
    "ended_setup_failed": {
        "de": ("Ende: Ton und Bild kamen trotz aller Versuche nicht zustande.",),
        "en": ("End: sound and picture could not be connected, after every try.",),
    },
    "ended_group_gone": {
        "de": ("Ende: Die Gruppe wurde entfernt.",),
        "en": ("End: the group was removed.",),
    },
    "ended_too_long": {
        "de": ("Ende: Länger lässt die Gruppe niemanden warten.",),
        "en": ("End: the group lets nobody wait for longer.",),
    },
    "ended_closed": {
        "de": ("Ende: Die Gruppe schloss, bevor er an der Reihe war.",),
        "en": ("End: the group closed before it was its turn.",),
    },
    "ended_chose_message": {
        "de": ("Ende: Der Anrufer hinterließ lieber eine Nachricht.",),
        "en": ("End: the caller left a message instead.",),
    },
    "ended_callback_cancelled": {
        "de": ("Ende: Der Anrufer wollte keinen Rückruf mehr.",),
        "en": ("End: the caller wanted no callback any more.",),
    },
    "ended_callback_missed": {
        "de": ("Ende: Zu keiner der Einladungen kam jemand.",),
        "en": ("End: nobody came to any of the invitations.",),
    },
    "ended_supervisor": {
        "de": ("Ende: Die Aufsicht beendete den Kontakt.",),
        "en": ("End: a supervisor ended the contact.",),
    },
    "ended_handed_over": {
        "de": ("Ende: Wer gefragt wurde, hat das Gespräch übernommen.",),
        "en": ("End: the colleague took the call over.",),
    },
    "ended_not_answered": {
        "de": ("Ende: Es war niemand da, der antworten konnte.",),
        "en": ("End: nobody was there to answer.",),
    },
    "ended_contact_over": {
        "de": ("Ende: Das Gespräch, um das es ging, ist vorbei.",),
        "en": ("End: the call it was about is over.",),
    },
    "ended_agent_lost": {
        "de": ("Ende: Wer gefragt wurde, war nicht mehr zu erreichen.",),
        "en": ("End: the colleague could not be reached any more.",),
    },
    "wrap_up": {
        "de": ("{agent} macht die Nacharbeit dazu.",),
        "en": ("{agent} wraps up.",),
    },
    "wrap_up_over": {
        "de": ("{agent} ist mit der Nacharbeit fertig: {code}.",),
        "en": ("{agent} has finished wrap-up: {code}.",),
    },
    "slot_free": {
        "de": ("{agent} hat wieder Platz für anderes.",),
        "en": ("{agent} has room for something else again.",),
    },
    # What happened beside it.
    "time_skipped": {
        "de": ("{by_ms} lang entschied niemand; diese Zeit zählt für keine Frist.",),
        "en": ("For {by_ms} nobody decided; that time counts for no deadline.",),
    },
    "group_closed": {
        "de": ("Die Gruppe {group} schloss.",),
        "en": ("Group {group} closed.",),
    },
    "group_opened": {
        "de": ("Die Gruppe {group} öffnete wieder.",),
        "en": ("Group {group} opened again.",),
    },
}

NOTES: Final[Mapping[str, Mapping[Language, str]]] = {
    "unknown": {
        "de": "Von diesem Kontakt ist nichts aufgezeichnet.",
        "en": "Nothing is recorded of this contact.",
    },
    "trimmed": {
        "de": "Der Anfang ist nicht mehr aufgezeichnet. Zu sehen ist, was danach kam.",
        "en": "The beginning is no longer recorded. This is what came after it.",
    },
    "unreasoned": {
        "de": "Das liegt so weit zurück, dass sich nicht mehr sagen lässt, warum jemand oder niemand gefragt wurde.",
        "en": "This was so long ago that it can no longer be said why somebody was asked, or nobody.",
    },
    "unfinished": {
        "de": "Danach ist noch mehr aufgezeichnet, aber zu viel, um es hier zu lesen.",
        "en": "There is more on record after this, but too much to read here.",
    },
}
"""What is said when there is less to tell than one would like."""

WORDS: Final[Mapping[str, Mapping[Language, Mapping[str, str]]]] = {
    "reason": {
        "de": {
            "closed": "war geschlossen",
            "empty": "war niemand da",
            "understaffed": "waren zu wenige da",
            "full": "warteten zu viele",
            "too_long": "dauerte es zu lange",
            "transferred": "wurde das Gespräch weitergegeben",
        },
        "en": {
            "closed": "was closed",
            "empty": "had nobody there",
            "understaffed": "had too few people there",
            "full": "had too many waiting",
            "too_long": "took too long",
            "transferred": "handed the talk on",
        },
    },
    "channel": {
        "de": {"voice": "Sprache", "video": "Video", "chat": "Chat", "message": "Nachricht"},
        "en": {"voice": "voice", "video": "video", "chat": "chat", "message": "message"},
    },
    "answer": {
        "de": {
            "refuse": "Etwas anderes wurde nicht angeboten.",
            "group": "Angeboten wurde eine andere Gruppe.",
            "message": "Angeboten wurde, eine Nachricht zu hinterlassen.",
            "callback": "Angeboten wurde ein Rückruf.",
        },
        "en": {
            "refuse": "Nothing else was offered.",
            "group": "Another group was offered.",
            "message": "Leaving a message was offered.",
            "callback": "A callback was offered.",
        },
    },
    "code": {"de": {"": "ohne Ergebnis"}, "en": {"": "without an outcome"}},
}
"""Words for the codes inside sentences, by the name they have there."""

_LEVEL: Final[Mapping[Language, str]] = {"de": "{skill} (ab Stufe {level})", "en": "{skill} (level {level} or above)"}
_AND: Final[Mapping[Language, str]] = {"de": " und ", "en": " and "}


def needs_in_words(needs: str, language: Language) -> str:
    """Skills and levels as a sentence names them."""
    parts = (need.rpartition(":") for need in needs.split())
    return _AND[language].join(_LEVEL[language].format(skill=skill, level=level) for skill, _, level in parts)


def length_in_words(ms: int) -> str:
    """A length of time, short and the same in every language: ``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``."""
    seconds, tenths = ms // 1000, ms // 100
    if tenths < 10:
        return f"{tenths / 10:.1f} s"
    minutes, hours = seconds // 60, seconds // 3600
    if not minutes:
        return f"{seconds} s"
    if not hours:
        return f"{minutes} min {seconds % 60} s" if seconds % 60 else f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
