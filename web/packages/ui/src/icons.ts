/**
 * Small line drawings, 24 by 24, in the colour of the text around them.
 *
 * They help and never speak alone: each is hidden from assistive technology, and the
 * control that carries it has words.
 */
import { html, type SVGTemplateResult, svg, type TemplateResult } from "lit";

const DRAWINGS = {
  alert: svg`<path d="M12 4 3.200 19.500h17.600z"/><path d="M12 10v4.500"/><path d="M12 17.200v.1"/>`,
  away: svg`<path d="M5 9h11v5.500A4.500 4.500 0 0 1 11.500 19h-2A4.500 4.500 0 0 1 5 14.500z"/><path d="M16 10.500h1.500a2.500 2.500 0 0 1 0 5H15.900"/><path d="M8.500 3.500v2M12.500 3.500v2"/>`,
  bell: svg`<path d="M6.500 16V11a5.500 5.500 0 0 1 11 0v5l1.500 1.500H5z"/><path d="M10.200 20.300a2 2 0 0 0 3.600 0"/>`,
  camera: svg`<rect x="3" y="6.500" width="11.500" height="11" rx="2"/><path d="m14.500 11 6-3v8l-6-3z"/>`,
  cameraOff: svg`<path d="M6.500 6.500h6a2 2 0 0 1 2 2v4M14.500 17a2 2 0 0 1-1.500.500H5a2 2 0 0 1-2-2v-7c0-.600.200-1.100.600-1.400"/><path d="m14.500 11 6-3v8l-3-1.500M4 3.500l16 17"/>`,
  check: svg`<path d="m5 12.500 4.500 4.500L19 7.500"/>`,
  clock: svg`<circle cx="12" cy="12" r="8"/><path d="M12 7.500V12l3 2"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  door: svg`<path d="M13.500 4h-7v16h7"/><path d="M10.500 12h9.500M16.500 8.500 20 12l-3.500 3.500"/>`,
  down: svg`<path d="m6.500 9.500 5.500 5.500 5.500-5.500"/>`,
  globe: svg`<circle cx="12" cy="12" r="8.200"/><path d="M3.800 12h16.400M12 3.800c2.400 2.300 3.500 5 3.500 8.200s-1.100 5.900-3.500 8.200c-2.400-2.300-3.500-5-3.500-8.200s1.100-5.900 3.500-8.200z"/>`,
  hangUp: svg`<path d="M3.500 14.500c0-2.200 3.800-4.500 8.500-4.500s8.500 2.300 8.500 4.500c0 1.100-.400 1.800-.900 1.800l-3.400-.800c-.500-.100-.800-.500-.800-1v-1.700a11.500 11.500 0 0 0-6.800 0v1.700c0 .500-.300.900-.800 1l-3.400.800c-.500 0-.900-.700-.900-1.800z"/>`,
  keyboard: svg`<rect x="3" y="6.500" width="18" height="11" rx="2"/><path d="M6.500 10v.1M9.800 10v.1M13.100 10v.1M16.500 10v.1M8 14h8"/>`,
  lock: svg`<rect x="5" y="10.500" width="14" height="9" rx="2"/><path d="M8.500 10.500V8a3.500 3.500 0 0 1 7 0v2.500"/>`,
  message: svg`<path d="M5 5h14a1.500 1.500 0 0 1 1.500 1.500v9A1.500 1.500 0 0 1 19 17h-7l-4.500 3.500V17H5a1.500 1.500 0 0 1-1.500-1.500v-9A1.500 1.500 0 0 1 5 5z"/><path d="M8 9.500h8M8 12.800h5"/>`,
  microphone: svg`<rect x="9" y="3.500" width="6" height="10.500" rx="3"/><path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v2.800"/>`,
  microphoneOff: svg`<path d="M15 10V6.500a3 3 0 0 0-5.800-1.100M9 9v2a3 3 0 0 0 4.600 2.500"/><path d="M5.500 11.500a6.500 6.500 0 0 0 10.200 5.300M18.500 11.500c0 1-.200 1.900-.600 2.700M12 18v2.800M4 3.500l16 17"/>`,
  offline: svg`<path d="M12 4v8"/><path d="M7.300 6.800a7 7 0 1 0 9.400 0"/>`,
  pause: svg`<path d="M9 6v12M15 6v12"/>`,
  people: svg`<circle cx="9" cy="8.500" r="3.200"/><path d="M3 19c.400-3.300 2.800-5.200 6-5.200s5.600 1.900 6 5.200"/><path d="M15.500 5.600a3.200 3.200 0 0 1 0 5.800M17 14.200c2.200.600 3.700 2.300 4 4.800"/>`,
  person: svg`<circle cx="12" cy="8" r="3.600"/><path d="M5 20c.400-3.800 3.200-6 7-6s6.600 2.200 7 6"/>`,
  phone: svg`<path d="M5.300 4h3.500l1.500 4.300-1.900 1.600a11.500 11.500 0 0 0 5.700 5.700l1.600-1.900 4.300 1.500v3.500a1.400 1.400 0 0 1-1.500 1.400A15.300 15.300 0 0 1 3.900 5.500 1.400 1.400 0 0 1 5.300 4z"/>`,
  reconnect: svg`<path d="M19 12a7 7 0 0 1-12.400 4.500M5 12a7 7 0 0 1 12.400-4.500"/><path d="M17.700 3.800v3.900h-3.900M6.300 20.200v-3.900h3.900"/>`,
  shield: svg`<path d="M12 3.500 5 6v5.500c0 4.300 2.800 7.400 7 9 4.200-1.600 7-4.700 7-9V6z"/><path d="m9 11.800 2.200 2.200 4-4.200"/>`,
  search: svg`<circle cx="11" cy="11" r="6.200"/><path d="m15.700 15.700 4.300 4.300"/>`,
  signal: svg`<path d="M5 18v-3M10 18v-6M15 18V9M20 18V5"/>`,
} as const satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof DRAWINGS;

export const iconNames = Object.keys(DRAWINGS) as IconName[];

/** One drawing. Its size is that of the class `icon` in {@link base}. */
export function icon(name: IconName): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${DRAWINGS[name]}
  </svg>`;
}
