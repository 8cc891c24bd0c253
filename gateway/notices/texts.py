"""What notices say, in both languages. A missing sentence fails a test."""

from dataclasses import dataclass
from typing import Final

from gateway.storage.notices import NoticeKind
from signaling.protocol.base import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A notice in one language; in braces stand the values of :mod:`gateway.notices.writing`."""

    subject: str
    text: str


WORDINGS: Final[dict[NoticeKind, dict[Language, Wording]]] = {
    NoticeKind.PLACE_HELD: {
        "de": Wording(
            subject="Ihr Platz in der Warteschlange: {group}",
            text=(
                "Guten Tag,\n\nwir halten Ihren Platz in der Warteschlange von „{group}“ ({site}) frei. {when}\n\n"
                "{place}Wenn Sie an der Reihe sind, schreiben wir Ihnen noch einmal. "
                "Sie sprechen dann über diesen Link im Browser mit uns:\n\n{link}\n\n"
                "Über denselben Link können Sie den Rückruf auch jederzeit absagen. "
                "Bitte geben Sie ihn nicht weiter, er gilt nur für Sie.\n"
            ),
        ),
        "en": Wording(
            subject="Your place in line: {group}",
            text=(
                "Hello,\n\nwe are keeping your place in line for “{group}” ({site}). {when}\n\n"
                "{place}We will write again when it is your turn. "
                "You then talk to us in your browser, by this link:\n\n{link}\n\n"
                "The same link lets you cancel the callback at any time. "
                "Please do not pass it on: it is meant for you only.\n"
            ),
        ),
    },
    NoticeKind.INVITATION: {
        "de": Wording(
            subject="Sie sind an der Reihe: {group}",
            text=(
                "Guten Tag,\n\nIhre Ansprechperson bei „{group}“ ({site}) ist gleich für Sie da. "
                "Bitte öffnen Sie jetzt diesen Link:\n\n{link}\n\n"
                "{good}Sie brauchen ein Mikrofon. Auf derselben Seite können Sie den Rückruf auch absagen.\n"
            ),
        ),
        "en": Wording(
            subject="It is your turn: {group}",
            text=(
                "Hello,\n\nyour adviser at “{group}” ({site}) is ready for you. "
                "Please open this link now:\n\n{link}\n\n"
                "{good}You need a microphone. The same page lets you cancel the callback.\n"
            ),
        ),
    },
    NoticeKind.MISSED: {
        "de": Wording(
            subject="Wir haben Sie nicht erreicht: {group}",
            text=(
                "Guten Tag,\n\nwir haben bei „{group}“ ({site}) auf Sie gewartet. Ihr Platz bleibt Ihnen erhalten, "
                "und wir schreiben Ihnen bald noch einmal. Wenn Sie jetzt Zeit haben, öffnen Sie einfach "
                "diesen Link:\n\n{link}\n\nDort können Sie den Rückruf auch absagen.\n"
            ),
        ),
        "en": Wording(
            subject="We did not reach you: {group}",
            text=(
                "Hello,\n\nwe were waiting for you at “{group}” ({site}). You keep your place, and we will write "
                "again soon. If you have time now, simply open this link:\n\n{link}\n\n"
                "There you can cancel the callback, too.\n"
            ),
        ),
    },
    NoticeKind.OVER: {
        "de": Wording(
            subject="Ihr Rückruf ist abgelaufen: {group}",
            text=(
                "Guten Tag,\n\nIhr Rückruf bei „{group}“ ({site}) ist leider nicht zustande gekommen, "
                "und der Link gilt nicht mehr. Wenn Sie noch mit uns sprechen möchten, rufen Sie bitte "
                "auf unserer Website neu an.\n"
            ),
        ),
        "en": Wording(
            subject="Your callback has expired: {group}",
            text=(
                "Hello,\n\nyour callback at “{group}” ({site}) did not come about, "
                "and the link is no longer good. If you still want to talk to us, please call again "
                "on our website.\n"
            ),
        ),
    },
}

WHEN_DUE: Final[dict[Language, str]] = {
    "de": "Sie haben sich den {day} um {time} Uhr ({zone}) gewünscht.",
    "en": "You asked for {day} at {time} ({zone}).",
}
WHEN_TURN: Final[dict[Language, str]] = {
    "de": "Sie können die Seite schließen.",
    "en": "You may close the page.",
}
PLACE: Final[dict[Language, str]] = {
    "de": "Im Moment sind Sie auf Platz {position}. ",
    "en": "At the moment you are number {position} in line. ",
}
GOOD_FOR: Final[dict[Language, str]] = {
    "de": "Wir halten den Platz noch {minutes} Minuten für Sie frei. ",
    "en": "We keep the place for you for another {minutes} minutes. ",
}
DAYS: Final[dict[Language, str]] = {"de": "%d.%m.%Y", "en": "%Y-%m-%d"}
