/** The look of questions and offers, on top of the panel's. */
import { css } from "lit";

export const helpStyles = css`
  .terms {
    white-space: pre-line;
    overflow-wrap: anywhere;
  }

  a {
    color: var(--z-accent);
  }

  h3 {
    font-size: var(--z-t4);
    line-height: 1.25;
    text-wrap: balance;
  }

  .ask {
    display: grid;
    gap: 12px;
    padding: 16px;
    border: 1px solid var(--z-line);
    border-radius: 14px;
    background: var(--z-accent-soft);
  }

  .ask .row {
    flex-wrap: wrap;
  }

  .ask .row > * {
    flex: 1 1 130px;
  }
`;
