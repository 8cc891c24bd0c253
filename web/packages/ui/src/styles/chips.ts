import { css } from "lit";

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
