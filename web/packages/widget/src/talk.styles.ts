/** The look of a talk, on top of the panel's. */
import { css } from "lit";

export const talkStyles = css`
  /* Talking: faces are large, chrome is small. */
  .stage {
    flex: 1;
    position: relative;
    min-height: 0;
    overflow: hidden;
    background: #1b2a32;
    color: #fff;
  }

  .people {
    position: absolute;
    inset: 0;
    display: grid;
    grid-auto-rows: minmax(0, 1fr);
    gap: 2px;
  }

  .person {
    position: relative;
    overflow: hidden;
  }

  .person > video,
  .absent {
    position: absolute;
    inset: 0;
  }

  .person + .person .absent {
    padding-top: 24px;
  }

  .name {
    position: absolute;
    left: 12px;
    bottom: 8px;
    padding: 4px 10px;
    border-radius: 8px;
    background: rgb(8 16 20 / 0.78);
    font-size: 13px;
  }

  .person + .person .name {
    bottom: 120px;
  }

  .dark {
    visibility: hidden;
  }

  .absent {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 12px;
    padding: 90px 24px 120px;
    text-align: center;
    color: #dbe6ec;
  }

  .who {
    position: absolute;
    left: 12px;
    top: 12px;
    display: grid;
    gap: 4px;
    max-width: calc(100% - 124px);
    padding: 8px 12px;
    border-radius: 12px;
    background: rgb(8 16 20 / 0.78);
    font-size: 13px;
  }

  .who h2 {
    font-size: 13px;
    font-weight: 600;
    letter-spacing: 0;
  }

  .code {
    display: flex;
    align-items: center;
    gap: 6px;
    font-size: var(--z-t1);
    color: #d5e0e6;
  }

  .code .icon {
    width: 15px;
    height: 15px;
  }

  .self {
    position: absolute;
    right: 12px;
    top: 12px;
    width: 88px;
    height: 116px;
    overflow: hidden;
    border: 2px solid rgb(255 255 255 / 0.75);
    border-radius: 12px;
    background: #22313a;
  }

  .self + .plain,
  .stage .plain {
    position: absolute;
    right: 12px;
    top: 136px;
    border-radius: 50%;
    background: rgb(8 16 20 / 0.78);
    color: #fff;
  }

  .stage.voice .plain {
    top: 12px;
  }

  .stage .say {
    position: absolute;
    left: 12px;
    right: 12px;
    bottom: 116px;
    gap: 2px;
    padding: 10px 12px;
    border-radius: 12px;
    background: rgb(8 16 20 / 0.86);
  }

  .stage .say:not(:has(.main)) {
    padding: 0;
  }

  .stage .main {
    font-size: var(--z-t2);
  }

  .stage .main::before {
    background: #f0ad4e;
  }

  .stage .more {
    font-size: 13px;
    color: #d5e0e6;
  }

  .stage .say .button {
    margin-top: 8px;
  }

  .over {
    position: absolute;
    left: 12px;
    right: 12px;
    bottom: 116px;
    border-radius: 14px;
    background: var(--z-surface);
    color: var(--z-ink);
  }

  .bar {
    position: absolute;
    left: 0;
    right: 0;
    bottom: 0;
    display: flex;
    justify-content: center;
    gap: 20px;
    padding: 40px 16px 16px;
    background: linear-gradient(transparent, rgb(8 16 20 / 0.85) 45%);
  }

  .control {
    display: grid;
    justify-items: center;
    gap: 6px;
    min-width: 72px;
    padding: 0;
    border: 0;
    background: none;
    color: #fff;
    font: inherit;
    font-size: var(--z-t1);
    cursor: pointer;
  }

  .control > .round {
    background: rgb(255 255 255 / 0.22);
    transition: background-color var(--z-quick);
  }

  .control:hover > .round {
    background: rgb(255 255 255 / 0.34);
  }

  .control.white > .round {
    background: #fff;
    color: #15212b;
  }

  .control.end > .round {
    background: #d02c3a;
  }

  .control.end:hover > .round {
    background: #b3222f;
  }

  .control:focus-visible {
    outline: none;
  }

  .control:focus-visible > .round {
    outline: 3px solid #fff;
    outline-offset: 2px;
  }

  .absent .icon {
    width: 44px;
    height: 44px;
    opacity: 0.85;
  }

  @media (max-width: 480px) {
    .bar {
      padding-bottom: max(20px, env(safe-area-inset-bottom));
    }
  }

  :host([page]) .stage .plain {
    display: none;
  }

  @media (forced-colors: active) {
    .self,
    .control > .round {
      border: 1px solid CanvasText;
    }
  }
`;
