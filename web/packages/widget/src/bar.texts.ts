/** What a page shows before anybody calls. Apart from the panel's words, to stay small. */
export const barTexts = {
  en: {
    region: "Talk to us",
    video: "Video call",
    voice: "Call",
    privacy: "Privacy",
    available: "Somebody is here for you",
    busy: "Everyone is busy, you can wait",
    nobody: "Nobody is here right now, you can wait",
    closed: "Closed right now",
    unreachable: "We cannot be reached. Please reload the page.",
    stranded: "Your call could not be loaded again.",
    again: "Try again",
  },
  de: {
    region: "Sprechen Sie mit uns",
    video: "Videoanruf",
    voice: "Anrufen",
    privacy: "Datenschutz",
    available: "Jemand ist für Sie da",
    busy: "Alle sind im Gespräch, Sie können warten",
    nobody: "Gerade ist niemand da, Sie können warten",
    closed: "Zurzeit geschlossen",
    unreachable: "Wir sind nicht erreichbar. Bitte laden Sie die Seite neu.",
    stranded: "Ihr Anruf konnte nicht wieder geladen werden.",
    again: "Noch einmal versuchen",
  },
} as const;
