import type { NativeAddon } from "../../native/loader.ts";
import type { ChainEngine } from "./engine.ts";

/** `cpp/chain/chain.h`, in whose enumeration runs end. */
const ENDED = ["converged", "max-iterations", "left"] as const;

export function nativeChain(addon: NativeAddon): ChainEngine {
  return {
    iterate(costs, terms, { shares, root, goal, target, u }, rule) {
      const links = costs.map((cost, link) => ({ ...cost, ...terms[link] }));
      const { errors, ended } = addon.iterateChain({ links, shares, root, goal, target, u, ...rule });
      return { errors, ended: ENDED[ended] };
    },
    gibbs(link, row, column) {
      const out = new Float64Array(link.n * link.m);
      addon.chainGibbs({ ...link, row, column, out });
      return out;
    },
  };
}
