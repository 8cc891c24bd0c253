import { css } from "lit";

/** `round`: a control on a picture. */
export const rounds = css`
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
    .round {
      border-color: ButtonText;
    }
  }
`;
