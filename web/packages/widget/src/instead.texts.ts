/** What a closed group offers, on the bar. */
import { createTexts } from "@zuruf/ui";

export const insteadTexts = createTexts(
  { message: "Leave a message", callback: "Be called back", group: "See who can help" },
  { message: "Nachricht hinterlassen", callback: "Rückruf wünschen", group: "Wer kann helfen?" },
);
