/** The look of the panel. Sizes are in pixels: the page around it may have any root size. */
import { css } from "lit";

export const panelStyles = css`
  :host {
    --z-t1: 12px;
    --z-t2: 14px;
    --z-t3: 16px;
    --z-t4: 20px;
    --z-t5: 24px;
    all: initial;
    position: fixed;
    right: 0;
    bottom: 0;
    width: 0;
    height: 0;
    color-scheme: var(--zuruf-color-scheme, light dark);
    font: 400 14px/1.45 var(--z-font);
    color: var(--z-ink);
  }

  .panel {
    position: fixed;
    right: 16px;
    bottom: 16px;
    display: flex;
    flex-direction: column;
    width: 360px;
    height: min(600px, calc(100dvh - 32px));
    overflow: hidden;
    border: 1px solid var(--z-line);
    border-radius: 20px;
    background: var(--z-surface);
    box-shadow: var(--z-shadow);
  }

  /* Little to say, little room taken. */
  .panel.short {
    height: auto;
    min-height: 300px;
    max-height: calc(100dvh - 32px);
  }

  .icon {
    width: 20px;
    height: 20px;
  }

  .head {
    flex: none;
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 60px;
    padding: 12px 8px 12px 20px;
    border-bottom: 1px solid var(--z-line);
  }

  h2 {
    flex: 1;
    font-size: var(--z-t3);
  }

  h2:focus-visible {
    outline: none;
    text-decoration: underline 2px;
    text-decoration-color: color-mix(in oklab, currentColor, transparent 45%);
    text-underline-offset: 5px;
  }

  .plain {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    padding: 0;
    border: 0;
    border-radius: 12px;
    background: none;
    color: var(--z-ink-2);
    cursor: pointer;
  }

  .plain:hover {
    background: color-mix(in oklab, transparent, var(--z-ink) 8%);
  }

  .body {
    flex: 1;
    display: flex;
    flex-direction: column;
    gap: 14px;
    min-height: 0;
    padding: 20px;
    overflow-y: auto;
  }

  .say {
    display: flex;
    flex-direction: column;
    gap: 6px;
  }

  .main {
    font-size: var(--z-t4);
    font-weight: 650;
    line-height: 1.25;
    letter-spacing: -0.01em;
    font-variant-numeric: tabular-nums;
    text-wrap: balance;
  }

  /* Room for the longest of its sentences: what is below stays in its place. */
  .queue .say {
    min-height: 106px;
  }

  .queue .main {
    font-size: var(--z-t5);
  }

  .ring .main::before,
  .bad .main::before {
    content: "";
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-right: 10px;
    border-radius: 50%;
    background: var(--z-ring);
  }

  .bad .main::before {
    background: var(--z-end);
  }

  /* The heading has the news; this says what to do. */
  .short h2 {
    font-size: 18px;
    text-wrap: balance;
  }

  .short .main {
    font-size: var(--z-t3);
    font-weight: 400;
    line-height: 1.5;
    letter-spacing: 0;
    text-wrap: pretty;
  }

  .short .main::before {
    content: none;
  }

  .more {
    color: var(--z-ink-2);
  }

  .announced {
    display: grid;
    gap: 6px;
    overflow-wrap: anywhere;
  }

  .announced:has(p) {
    padding-left: 12px;
    border-left: 3px solid var(--z-line);
  }

  /* Not hidden, for what appears in hidden live regions is not read out; only without a gap of its own. */
  .announced:not(:has(p)) {
    margin-top: -14px;
  }

  .own {
    position: relative;
    flex: 1 1 170px;
    min-height: 96px;
    max-height: 220px;
    overflow: hidden;
    display: grid;
    place-items: center;
    border-radius: 14px;
    background: #22313a;
    color: #dbe6ec;
  }

  video {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }

  /* A voice call has nothing to look at. */
  .own.still {
    flex-grow: 0;
    flex-basis: 120px;
  }

  .own video {
    position: absolute;
    inset: 0;
  }

  .mirror {
    transform: scaleX(-1);
  }

  .own .icon,
  .absent .icon {
    width: 44px;
    height: 44px;
    opacity: 0.85;
  }

  .veil {
    position: absolute;
    left: 10px;
    bottom: 10px;
    max-width: calc(100% - 20px);
    padding: 5px 9px;
    border-radius: 8px;
    background: rgb(8 16 20 / 0.78);
    color: #fff;
    font-size: var(--z-t1);
  }

  .row {
    display: flex;
    gap: 8px;
  }

  .row > * {
    flex: 1;
  }

  .button {
    min-height: 44px;
  }

  .button[aria-pressed="true"] {
    border-color: var(--z-accent);
    background: var(--z-accent-soft);
    color: var(--z-ink);
  }

  .notice {
    font-size: 13px;
  }

  .foot {
    display: grid;
    gap: 8px;
    margin-top: auto;
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

  .mini {
    position: fixed;
    right: 16px;
    bottom: 16px;
    display: inline-flex;
    align-items: center;
    gap: 10px;
    max-width: calc(100vw - 32px);
    min-height: 52px;
    padding: 0 20px 0 16px;
    border: 0;
    border-radius: 26px;
    background: var(--z-accent);
    color: var(--z-accent-ink);
    box-shadow: var(--z-shadow);
    font: inherit;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    cursor: pointer;
  }

  @media (max-width: 480px) {
    .panel {
      inset: 0;
      width: auto;
      height: auto;
      border: 0;
      border-radius: 0;
    }

    .panel.short {
      top: auto;
      border-radius: 20px 20px 0 0;
    }

    .own {
      max-height: 46vh;
    }

    .bar {
      padding-bottom: max(20px, env(safe-area-inset-bottom));
    }
  }

  /* On a page of its own it is the page. */
  :host([page]) {
    position: static;
    width: auto;
    height: auto;
  }

  :host([page]) .panel {
    position: static;
    width: min(720px, 100%);
    height: min(640px, calc(100dvh - 120px));
    margin: 0 auto;
    border: 1px solid var(--z-line);
    border-radius: 20px;
  }

  :host([page]) .panel.short {
    width: min(480px, 100%);
    height: auto;
  }

  :host([page]) .head .plain,
  :host([page]) .stage .plain {
    display: none;
  }

  @media (forced-colors: active) {
    .panel,
    .own,
    .self,
    .control > .round {
      border: 1px solid CanvasText;
    }
  }
`;
