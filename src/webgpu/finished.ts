import { webgpuBackend } from "./backend.ts";
import { submit } from "./launch.ts";

/** Hands over what has been recorded, and waits until the device has done it: for timing. */
export async function finished(): Promise<void> {
  submit();
  await webgpuBackend().queue.onSubmittedWorkDone();
}
