/** Puts the desk into the page, with the browser's own things in its hands. */
import "@fontsource-variable/inter/index.css";
import { AGENT_NAMESPACE, browserTime, newPageId, People, socketIo } from "@zuruf/protocol";
import { chooseLanguage, tokens } from "@zuruf/ui";
import { page as pageStyles } from "@zuruf/ui/page";
import { Attention } from "./attention";
import { browserMeter } from "./check";
import { findDevices } from "./devices";
import { findMicrophone } from "./microphone";
import { Ringer } from "./ringer";
import { DeskView } from "./views/desk";
import { rememberedLanguage, Workplace } from "./workplace";

const server = new URL(location.origin);
const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };

for (const { styleSheet } of [tokens, pageStyles]) {
  if (styleSheet) document.adoptedStyleSheets.push(styleSheet);
}

const workplace = new Workplace({
  people: new People(server, (who) => who.agentId !== null),
  open: socketIo(server, AGENT_NAMESPACE),
  time: browserTime(),
  chance: Math.random,
  page: newPageId(),
  language: chooseLanguage(rememberedLanguage(localStorage), navigator.languages),
  tab: sessionStorage,
  browser: localStorage,
  devices: mediaDevices,
  ringer: (changed) => new Ringer(() => new AudioContext(), changed),
  attention: new Attention({
    document,
    notification: "Notification" in window ? Notification : undefined,
    focus: () => window.focus(),
    reducedMotion: () => matchMedia("(prefers-reduced-motion: reduce)").matches,
  }),
  meter: browserMeter,
  found: () => findDevices(mediaDevices, "AudioContext" in window ? AudioContext : undefined),
  microphone: () => findMicrophone(mediaDevices, navigator.permissions),
  visible: () => !document.hidden,
  heart: (everyMs, beat) => {
    const worker = new Worker(new URL("./heart.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = beat;
    worker.postMessage(everyMs);
    return () => worker.terminate();
  },
});

workplace.follow(({ language }) => {
  document.documentElement.lang = language;
});
for (const press of ["pointerdown", "keydown"]) addEventListener(press, () => workplace.pressed());
addEventListener("online", () => workplace.woke());
addEventListener("pagehide", () => workplace.leaving());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) workplace.woke();
});
mediaDevices?.addEventListener("devicechange", () => void workplace.look());

const desk = new DeskView();
desk.workplace = workplace;
document.body.append(desk);
void workplace.start();
