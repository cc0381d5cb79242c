// The addon as tfjs operations see it. No module of Node's is imported here, so that the operations also go to browsers, where
// it is never set.
import type { NativeAddon } from "./loader.ts";

let active: NativeAddon | undefined;

/** Called when the `wasm` backend has been loaded beside an addon. */
export function activateNative(addon: NativeAddon): void {
  active = addon;
}

/** The addon that works on the `wasm` backend's heap, if any. */
export function activeNative(): NativeAddon | undefined {
  return active;
}
