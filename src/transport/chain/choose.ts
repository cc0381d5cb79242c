import type { ChainEngine } from "./engine.ts";
import { hostChain } from "./engine-host.ts";

/** The engine for chains: costs and masses are the host's, whatever the backend. */
export function chooseChain(): ChainEngine {
  return hostChain;
}
