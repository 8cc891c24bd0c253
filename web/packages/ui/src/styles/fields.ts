import { css } from "lit";
import { inputs } from "./inputs";
import { notices } from "./notices";

/** Inputs, and notices about what stands in them. */
export const fields = css`
  ${inputs}
  ${notices}
`;
