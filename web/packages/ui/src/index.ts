/** The look and the language of everything we show: tokens, icons, styles, texts, clocks. */
export { asClock, EverySecond, ServerClock, secondsLeft } from "./clock";
export { coreTokens } from "./core-tokens";
export { draw } from "./draw";
export { type IconName, icon, iconNames } from "./icons";
export { base } from "./styles/base";
export { buttons } from "./styles/buttons";
export { chips } from "./styles/chips";
export { fields } from "./styles/fields";
export { inputs } from "./styles/inputs";
export { masthead } from "./styles/masthead";
export { notices } from "./styles/notices";
export { plainButtons } from "./styles/plain-buttons";
export { rounds } from "./styles/rounds";
export {
  type Catalogue,
  chooseLanguage,
  createTexts,
  gaps,
  type Language,
  languageName,
  languages,
  type Phrase,
  type Phrases,
  type Texts,
} from "./texts";
export { tokens } from "./tokens";
