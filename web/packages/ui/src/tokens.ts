/** The look in one place: what every page of ours takes in, see `core-tokens.ts`. */
import { css } from "lit";
import { coreTokens } from "./core-tokens";

export const tokens = css`
  ${coreTokens}

  :root,
  :host {
    --z-ink-3: light-dark(#5f6f7b, #8a9aa6);
    --z-page: light-dark(#f3f5f6, #0f161b);
    --z-raised: light-dark(#ffffff, #1e2931);
    --z-ready: light-dark(#18774a, #4fce8d);
    --z-ready-soft: light-dark(#e2f4ea, #123526);
    --z-away: light-dark(#6a4fb0, #b39df0);
    --z-away-soft: light-dark(#eeeafa, #2a2344);
    --z-veil: rgb(8 16 20 / 0.62);
    --z-r1: 6px;
    --z-r3: 16px;
    --z-round: 999px;
    --z-3: 12px;
    --z-4: 16px;
    --z-5: 24px;
    --z-6: 32px;
  }
`;
