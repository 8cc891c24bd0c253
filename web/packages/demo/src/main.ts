/** Shows the shop in the visitor's language. The call is the business of `widget.js`. */
import { texts } from "./texts";

const wish = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === "de" || tag === "en");
const language = wish === "de" ? "de" : "en";
const words: Readonly<Record<string, string>> = texts[language];

document.documentElement.lang = language;
for (const element of document.querySelectorAll<HTMLElement | SVGElement>("[data-text]")) {
  element.textContent = words[element.dataset["text"] ?? ""] ?? element.textContent;
}
for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
  element.ariaLabel = words[element.dataset["label"] ?? ""] ?? element.ariaLabel;
}
