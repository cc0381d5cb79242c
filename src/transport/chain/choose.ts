import { nativeStatus } from "../../native/loader.ts";
import type { ChainEngine } from "./engine.ts";
import { hostChain } from "./engine-host.ts";
import { nativeChain } from "./engine-native.ts";

/** The engine for chains: costs and masses are the host's, whatever the backend. */
export function chooseChain(): ChainEngine {
  const { addon } = nativeStatus();
  return addon ? nativeChain(addon) : hostChain;
}
