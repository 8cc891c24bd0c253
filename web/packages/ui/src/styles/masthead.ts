import { css } from "lit";

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
