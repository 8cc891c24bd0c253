/**
 * Small line drawings, 24 by 24, in the colour of the text around them.
 *
 * They help and never speak alone: each is hidden from assistive technology, and the
 * control that carries it has words.
 */
import type { TemplateResult } from "lit";
import { draw } from "./draw";
import * as drawings from "./drawings";

const DRAWINGS = { ...drawings };

export type IconName = keyof typeof DRAWINGS;

export const iconNames = Object.keys(DRAWINGS) as IconName[];

/** One drawing by its name. */
export function icon(name: IconName): TemplateResult {
  return draw(DRAWINGS[name]);
}
