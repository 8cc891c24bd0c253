/** The look of the panel. Sizes are in pixels: the page around it may have any root size. */
import { css } from "lit";

export const panelStyles = css`
  :host {
    --z-t1: 12px;
    --z-t2: 14px;
    --z-t3: 16px;
    --z-t4: 20px;
    --z-t5: 24px;
    all: initial !important;
    position: fixed !important;
    z-index: 2147483000 !important;
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

  .own .icon {
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
  }

  /* On a page of its own it is the page. */
  :host([page]) {
    display: block !important;
    position: static !important;
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

  :host([page]) .head .plain {
    display: none;
  }

  @media (forced-colors: active) {
    .panel,
    .own {
      border: 1px solid CanvasText;
    }
  }
`;
