/** Whether there is a microphone that may be opened, found out without opening it. */
export async function findMicrophone(
  devices: Pick<MediaDevices, "enumerateDevices"> | undefined,
  permissions: Pick<Permissions, "query"> | undefined,
): Promise<"ok" | "missing" | "unknown"> {
  if (!devices) return "missing";
  const allowed = await permission(permissions);
  if (allowed === "denied") return "missing";
  const found = await devices.enumerateDevices();
  if (!found.some((device) => device.kind === "audioinput")) return "missing";
  return allowed === "granted" ? "ok" : "unknown";
}

async function permission(permissions: Pick<Permissions, "query"> | undefined): Promise<PermissionState> {
  try {
    return (await permissions?.query({ name: "microphone" }))?.state ?? "prompt";
  } catch (error) {
    // A browser that does not know this permission's name; asking for the device will tell.
    if (error instanceof TypeError) return "prompt";
    throw error;
  }
}
