/** The microphones, cameras and loudspeakers of this computer, as far as the browser names them. */
import type { Input } from "@zuruf/call";

export interface Device {
  readonly id: string;
  readonly name: string;
}

export type Kind = Input | "speaker";

export type Found = Readonly<Record<Kind, readonly Device[]>>;

export const NONE_FOUND: Found = { microphone: [], camera: [], speaker: [] };

const KINDS: Readonly<Record<MediaDeviceKind, Kind>> = {
  audioinput: "microphone",
  videoinput: "camera",
  audiooutput: "speaker",
};

/**
 * What may be chosen from. Browsers name devices once one of them was allowed.
 *
 * @param context - `AudioContext`: where it cannot be sent to a loudspeaker, there are none to choose from.
 */
export async function findDevices(
  devices: Pick<MediaDevices, "enumerateDevices"> | undefined,
  context: { readonly prototype: object } | undefined,
): Promise<Found> {
  const all = (await devices?.enumerateDevices()) ?? [];
  const mayChoose = context !== undefined && "setSinkId" in context.prototype;
  const of = (wanted: Kind) =>
    all
      .filter(({ kind, label, deviceId }) => KINDS[kind] === wanted && label !== "" && deviceId !== "default")
      .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  return { microphone: of("microphone"), camera: of("camera"), speaker: mayChoose ? of("speaker") : [] };
}
