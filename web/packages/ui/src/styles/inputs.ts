import { css } from "lit";

/** A label above its input, with room for a sentence below. */
export const inputs = css`
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
`;
