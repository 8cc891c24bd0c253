/** The button of a closed group: what may be asked for instead of a call. Fetched where a group is closed. */
import type { Language } from "@zuruf/ui";
import type { Bar } from "./bar";
import { insteadTexts } from "./instead.texts";

/** Make the button. */
export function other(
  bar: Bar,
  language: Language,
  kind: "group" | "message" | "callback",
  notice: string | null,
): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("part", "button");
  button.textContent = insteadTexts[language][kind];
  // Which group it would be is told to who asks for this one.
  const answer = { kind, group: null };
  const because = { code: "group_closed", detail: null, retryAfter: null, notice, answer };
  button.onclick = ({ detail }) => {
    if (detail > 1) return;
    void bar.open(button, (panel) => (kind === "group" ? panel.start("voice") : panel.offer(because)));
  };
  return button;
}
