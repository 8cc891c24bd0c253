import { css } from "lit";
import { plainButtons } from "./plain-buttons";
import { rounds } from "./rounds";

/** Every button: those of a page, and those on a picture. */
export const buttons = css`
  ${plainButtons}
  ${rounds}
`;
