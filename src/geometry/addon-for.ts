import { nativeStatus, type NativeAddon } from "../native/loader.ts";

/** From this many pairs of points on, threads and vector arithmetic are worth a call of the addon. */
const NATIVE_PAIRS = 4096;

/** The addon where it is there and worth its call for so many pairs of points. */
export function addonFor(pairs: number): NativeAddon | undefined {
  return pairs >= NATIVE_PAIRS ? nativeStatus().addon : undefined;
}
