/** What the page around the desk looks like: its ground and its font, before anything is shown. */
import { css } from "lit";

export const page = css`
  html {
    background: var(--z-page);
  }

  body {
    margin: 0;
  }
`;
