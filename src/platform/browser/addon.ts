import type { NativeStatus } from "../../native/loader.ts";

export function loadAddon(): NativeStatus {
  return { detail: "not in a browser" };
}
