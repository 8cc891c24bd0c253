/**
 * Style sheets for what every view has: type, buttons, chips, fields, one to a file, so that a
 * page carries only those that it wears.
 *
 * They are classes, not elements, so that a `<button>` stays a button: focusable, in a form,
 * found by role and name.
 */
import { css } from "lit";

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :host {
    font: 400 var(--z-t2) / 1.45 var(--z-font);
    color: var(--z-ink);
    -webkit-font-smoothing: antialiased;
  }

  [hidden] {
    display: none !important;
  }

  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }

  h1 {
    font-size: var(--z-t5);
    line-height: 1.2;
    letter-spacing: -0.02em;
    font-weight: 650;
  }

  h2 {
    font-size: var(--z-t4);
    line-height: 1.25;
    letter-spacing: -0.01em;
    font-weight: 650;
  }

  h3 {
    font-size: var(--z-t3);
    line-height: 1.3;
    font-weight: 650;
  }

  ul {
    list-style: none;
  }

  b,
  strong {
    font-weight: 600;
  }

  .icon {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
  }

  .muted {
    color: var(--z-ink-2);
  }

  .small {
    font-size: var(--z-t1);
  }

  .number {
    font-variant-numeric: tabular-nums;
  }

  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    padding: 0;
    border: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  :focus-visible {
    outline: 3px solid var(--z-accent);
    outline-offset: 2px;
  }
`;
