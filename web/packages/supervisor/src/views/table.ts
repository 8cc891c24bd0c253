/** What the three tables share: their look, and headings that sort. */
import { icon } from "@zuruf/ui";
import { css, html, nothing, type TemplateResult, unsafeCSS } from "lit";
import type { Table } from "../state";
import type { View } from "./view";

export const tableStyles = css`
  :host {
    display: block;
  }

  section {
    container-type: inline-size;
    border: 1px solid var(--z-line);
    border-radius: var(--z-r3);
    background: var(--z-surface);
  }

  .head {
    display: flex;
    align-items: baseline;
    gap: var(--z-2);
    padding: var(--z-3) var(--z-4) var(--z-2);
  }

  .scroll {
    position: relative;
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }

  th,
  td {
    padding: 6px var(--z-2);
    text-align: start;
    vertical-align: middle;
  }

  th:first-child,
  td:first-child {
    padding-inline-start: var(--z-4);
  }

  th:last-child,
  td:last-child {
    padding-inline-end: var(--z-3);
  }

  thead th {
    padding-block: 0;
    border-bottom: 1px solid var(--z-line);
    color: var(--z-ink-2);
    font-size: var(--z-t1);
    font-weight: 550;
    white-space: nowrap;
  }

  tbody tr + tr > * {
    border-top: 1px solid var(--z-line);
  }

  tbody th {
    font-weight: 600;
  }

  .figure {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }

  .figure .small {
    display: block;
  }

  .sort {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    min-height: 32px;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }

  .sort:hover {
    color: var(--z-ink);
  }

  .sort .icon {
    width: 14px;
    height: 14px;
    visibility: hidden;
  }

  .sort.up .icon {
    visibility: visible;
    rotate: 180deg;
  }

  .sort.down .icon {
    visibility: visible;
  }

  .figure .sort {
    flex-direction: row-reverse;
  }

  .acts {
    text-align: end;
    white-space: nowrap;
  }

  .acts .button {
    min-height: 32px;
    padding: 2px 10px;
  }

  .empty,
  .foot {
    padding: var(--z-2) var(--z-4) var(--z-3);
    color: var(--z-ink-2);
  }

  .foot {
    border-top: 1px solid var(--z-line);
    font-size: var(--z-t1);
  }

  .chip {
    white-space: nowrap;
  }

  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: var(--z-1);
  }
`;

/** Rows become cards where a table has less room than this. */
export const asCards = (belowPx: number) => css`
  @container (max-width: ${unsafeCSS(`${belowPx}px`)}) {
    thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    table,
    tbody {
      display: block;
    }

    tbody tr {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(96px, 1fr));
      gap: var(--z-2);
      padding: var(--z-3) var(--z-4);
    }

    tbody tr + tr {
      border-top: 1px solid var(--z-line);
    }

    tbody tr > *,
    tbody tr > *:first-child,
    tbody tr > *:last-child {
      padding: 0;
      border: 0 !important;
      text-align: start;
    }

    tbody tr > .wide {
      grid-column: 1 / -1;
    }

    td[data-label]::before {
      content: attr(data-label);
      display: block;
      color: var(--z-ink-2);
      font-size: var(--z-t1);
      font-weight: 400;
    }

    .figure {
      text-align: start;
    }

    .acts .button {
      min-height: 44px;
    }
  }
`;

/** A heading that sorts its column when pressed. */
export function heading(view: View, table: Table, by: string, words: string, figure = false): TemplateResult {
  const { by: sortedBy, down } = view.state.order[table];
  const direction = sortedBy !== by ? "" : down ? "down" : "up";
  const aria = { "": nothing, up: "ascending", down: "descending" }[direction] as "ascending";
  return html`<th scope="col" class=${figure ? "figure" : ""} aria-sort=${aria}>
    <button class="sort ${direction}" @click=${() => view.actions.sort(table, by)}>${words}${icon("down")}</button>
  </th>`;
}

/** How many there are, beside the name of a table. */
export function counted(name: string, count: number): TemplateResult {
  return html`<div class="head"><h2>${name}</h2><span class="muted number">${count}</span></div>`;
}
