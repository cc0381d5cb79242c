import { nativeStatus } from "../../native/loader.ts";
import { hostEmd } from "./engine-host.ts";
import { nativeEmd } from "./engine-native.ts";
import type { EmdEngine } from "./engine.ts";

/** The engine for exact transport of one pair: masses and costs are the host's, whatever the backend. */
export function chooseEmd(): EmdEngine {
  const { addon } = nativeStatus();
  return addon ? nativeEmd(addon) : hostEmd;
}
