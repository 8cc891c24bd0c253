/** Puts the page together with the browser's own things. */
import { chooseLanguage, tokens } from "@zuruf/ui";
import { loadWords, makePanel } from "@zuruf/widget/panel";
import { css } from "lit";
import { askedFor } from "./address";
import { HostedPage } from "./page";
import { texts } from "./texts";

const ground = css`
  html {
    background: var(--z-page);
  }

  body {
    margin: 0;
  }
`;
for (const { styleSheet } of [tokens, ground]) {
  if (styleSheet) document.adoptedStyleSheets.push(styleSheet);
}

const language = chooseLanguage(null, navigator.languages);
document.documentElement.lang = language;
document.title = texts[language].title;

customElements.define("zuruf-hosted", HostedPage);
const page = document.createElement("zuruf-hosted") as HostedPage;
document.body.append(page);

await loadWords("panel", language);
await page.open({
  server: new URL(location.origin),
  asked: askedFor(location.pathname, location.hash),
  language,
  memory: tabMemory(),
  panel: makePanel,
});

// Another link opened in the same tab changes nothing but what stands behind the #.
addEventListener("hashchange", () => location.reload());

function tabMemory(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    // The browser forbids it. Only a reload needs it.
    return null;
  }
}
