import { css } from "lit";

/** A sentence that stands out, with a drawing in front: `notice` with `ring`, `end`. */
export const notices = css`
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
