/** The look and the language of everything we show: tokens, icons, styles, texts, clocks. */
export { asClock, EverySecond, ServerClock, secondsLeft } from "./clock";
export { type IconName, icon, iconNames } from "./icons";
export { base, buttons, chips, fields, masthead } from "./styles";
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
