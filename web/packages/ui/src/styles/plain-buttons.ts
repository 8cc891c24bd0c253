import { css } from "lit";

/** `button`, with `primary`, `end`, `quiet`, `big`. */
export const plainButtons = css`
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

  @media (forced-colors: active) {
    .button.primary,
    .button.end {
      border-color: ButtonText;
    }
  }
`;
