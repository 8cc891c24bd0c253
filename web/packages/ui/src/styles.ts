/**
 * Style sheets for what every view has: type, buttons, chips, fields.
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

/** `button`, with `primary`, `end`, `quiet`, `big`; and `round` for controls on a picture. */
export const buttons = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--z-2);
    min-height: 40px;
    padding: 6px 16px;
    border: 1px solid var(--z-edge);
    border-radius: var(--z-r2);
    background: var(--z-surface);
    color: var(--z-ink);
    font: inherit;
    font-weight: 550;
    text-align: center;
    text-decoration: none;
    cursor: pointer;
    transition:
      background-color var(--z-quick),
      border-color var(--z-quick);
  }

  .button:hover {
    background: color-mix(in oklab, var(--z-surface), var(--z-ink) 6%);
  }

  .button.primary {
    border-color: transparent;
    background: var(--z-accent);
    color: var(--z-accent-ink);
  }

  .button.primary:hover {
    background: color-mix(in oklab, var(--z-accent), var(--z-ink) 10%);
  }

  .button.end {
    border-color: transparent;
    background: var(--z-end);
    color: var(--z-end-ink);
  }

  .button.end:hover {
    background: color-mix(in oklab, var(--z-end), var(--z-ink) 10%);
  }

  .button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--z-ink-2);
  }

  .button.quiet:hover {
    background: color-mix(in oklab, transparent, var(--z-ink) 8%);
    color: var(--z-ink);
  }

  .button.big {
    min-height: 52px;
    padding: 8px 22px;
    border-radius: calc(var(--z-r2) + 4px);
    font-size: var(--z-t3);
  }

  .button:disabled,
  .button[aria-disabled="true"] {
    opacity: 0.55;
    cursor: default;
  }

  .round {
    display: grid;
    place-items: center;
    width: 48px;
    height: 48px;
    padding: 0;
    border: 1px solid transparent;
    border-radius: 50%;
    background: rgb(255 255 255 / 0.18);
    color: var(--z-on-veil);
    font: inherit;
    cursor: pointer;
    transition: background-color var(--z-quick);
  }

  .round:hover {
    background: rgb(255 255 255 / 0.3);
  }

  .round[aria-pressed="true"] {
    background: #ffffff;
    color: #15212b;
  }

  .round.end {
    background: #d02c3a;
  }

  .round.end:hover {
    background: #b3222f;
  }

  .round:focus-visible {
    outline-color: #ffffff;
  }

  @media (forced-colors: active) {
    .button.primary,
    .button.end,
    .round {
      border-color: ButtonText;
    }
  }
`;

/** A state as a dot and words: `chip` with `ready`, `ring`, `away`, `end`, `still`. */
export const chips = css`
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 24px;
    padding: 2px 10px;
    border-radius: var(--z-round);
    background: var(--z-accent-soft);
    color: var(--z-accent);
    font-size: var(--z-t1);
    font-weight: 600;
  }

  .chip.ready {
    background: var(--z-ready-soft);
    color: var(--z-ready);
  }

  .chip.ring {
    background: var(--z-ring-soft);
    color: var(--z-ring);
  }

  .chip.away {
    background: var(--z-away-soft);
    color: var(--z-away);
  }

  .chip.end {
    background: var(--z-end-soft);
    color: var(--z-end);
  }

  .chip.still {
    background: color-mix(in oklab, var(--z-surface), var(--z-ink) 8%);
    color: var(--z-ink-2);
  }

  .dot {
    flex: none;
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: currentColor;
  }
`;

/** A label above its input, with room for a sentence below. */
export const fields = css`
  .field {
    display: grid;
    gap: var(--z-1);
  }

  .field label {
    font-weight: 550;
  }

  .field input {
    width: 100%;
    min-height: 44px;
    padding: 8px 12px;
    border: 1px solid var(--z-edge);
    border-radius: var(--z-r2);
    background: var(--z-surface);
    color: var(--z-ink);
    font: inherit;
    font-size: var(--z-t3);
  }

  .field input[aria-invalid="true"] {
    border-color: var(--z-end);
  }

  .tick {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 32px;
    cursor: pointer;
  }

  .tick input {
    flex: none;
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--z-accent);
  }

  .notice {
    display: flex;
    gap: 10px;
    padding: 10px 12px;
    border-radius: var(--z-r2);
    background: var(--z-accent-soft);
    color: var(--z-ink);
  }

  .notice.end {
    background: var(--z-end-soft);
  }

  .notice.ring {
    background: var(--z-ring-soft);
  }

  .notice > .icon {
    margin-top: 1px;
    color: var(--z-accent);
  }

  .notice.end > .icon {
    color: var(--z-end);
  }

  .notice.ring > .icon {
    color: var(--z-ring);
  }
`;

/** The line on top of a page that is at work: the mark, how things stand, and who is signed in. */
export const masthead = css`
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--z-2) var(--z-3);
    min-height: 56px;
    padding: 7px var(--z-4);
    border-bottom: 1px solid var(--z-line);
    background: var(--z-surface);
  }

  .mark {
    display: flex;
    align-items: center;
    gap: var(--z-2);
    font-size: 18px;
    font-weight: 720;
    letter-spacing: -0.02em;
  }

  .mark i {
    width: 22px;
    height: 22px;
    border-radius: 7px 7px 7px 2px;
    background: var(--z-accent);
  }

  .chip {
    min-height: 28px;
    font-size: var(--z-t2);
  }

  .grow {
    flex: 1;
  }
`;
