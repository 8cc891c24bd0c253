/**
 * The look in one place, as far as the widget wears it: calm surfaces, one accent, states that never rely on colour alone.
 *
 * A page or a component takes these custom properties in with its style sheets. Both themes
 * are one declaration each (`light-dark`), so no rule anywhere asks which theme is on. A site
 * that embeds us sets `--zuruf-accent`, `--zuruf-radius`, `--zuruf-font` and
 * `--zuruf-color-scheme`; the ink on the accent is computed, so it stays readable.
 */
import { css } from "lit";

export const coreTokens = css`
  :root,
  :host {
    color-scheme: var(--zuruf-color-scheme, light dark);

    --z-ink: light-dark(#15212b, #e8eef2);
    --z-ink-2: light-dark(#51616e, #a5b4bf);
    --z-surface: light-dark(#ffffff, #172027);
    --z-line: light-dark(#dfe5e9, #2a3741);
    --z-edge: light-dark(#7d8b96, #6d7d89);

    --z-accent: var(--zuruf-accent, light-dark(#0b6e75, #4fc3c9));
    --z-accent-ink: oklch(from var(--z-accent) clamp(0, (0.68 - l) * 1000, 1) 0 0);
    --z-accent-soft: light-dark(#e0f1f2, #12353a);
    --z-ring: light-dark(#a85a00, #f0ad4e);
    --z-ring-soft: light-dark(#fdf1df, #3a2a12);
    --z-end: light-dark(#c22f3b, #f27680);
    --z-end-ink: light-dark(#ffffff, #3a0a0e);
    --z-end-soft: light-dark(#fbe7e9, #3d181c);

    --z-on-veil: #ffffff;

    --z-r2: var(--zuruf-radius, 10px);

    --z-1: 4px;
    --z-2: 8px;

    --z-shadow: 0 1px 2px rgb(15 30 40 / 0.06), 0 8px 28px rgb(15 30 40 / 0.12);

    --z-font: var(--zuruf-font, system-ui, "Segoe UI", Roboto, sans-serif);
    --z-t1: 0.75rem;
    --z-t2: 0.875rem;
    --z-t3: 1rem;
    --z-t4: 1.25rem;
    --z-t5: 1.75rem;

    --z-quick: 160ms;
  }

  @media (prefers-reduced-motion: reduce) {
    :root,
    :host {
      --z-quick: 0ms;
    }
  }
`;
