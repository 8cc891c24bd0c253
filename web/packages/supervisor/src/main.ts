/** Puts the board into the page, with the browser's own things in its hands. */
import "@fontsource-variable/inter/index.css";
import { browserTime, newPageId, People, rest, SUPERVISOR_NAMESPACE, socketIo } from "@zuruf/protocol";
import { chooseLanguage, tokens } from "@zuruf/ui";
import { page as pageStyles } from "@zuruf/ui/page";
import { Control, rememberedLanguage } from "./control";
import { texts } from "./texts";
import { BoardView } from "./views/board";

const server = new URL(location.origin);

for (const { styleSheet } of [tokens, pageStyles]) {
  if (styleSheet) document.adoptedStyleSheets.push(styleSheet);
}

const control = new Control({
  people: new People(server, (who) => who.roles.includes("supervisor")),
  ask: (path, request) => rest(server, path, request),
  open: socketIo(server, SUPERVISOR_NAMESPACE),
  time: browserTime(),
  chance: Math.random,
  page: newPageId(),
  language: chooseLanguage(rememberedLanguage(localStorage), navigator.languages),
  browser: localStorage,
});

control.follow(({ language }) => {
  document.documentElement.lang = language;
  document.title = texts[language].title;
});
addEventListener("online", () => control.woke());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) control.woke();
});

const board = new BoardView();
board.control = control;
document.body.append(board);
void control.start();
