/** What a page of ours looks like around what is in it: its ground, before anything is shown. */
import { css } from "lit";

export const page = css`
  html {
    background: var(--z-page);
  }

  body {
    margin: 0;
  }
`;
