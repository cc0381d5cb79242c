import { ldexp, scaledCost } from "../../exact/powers-of-two.ts";
import type { PairEngine } from "../engine.ts";
import type { EmdSettings } from "./problem.ts";

/** The same engine for costs of any size: it sees them near one (see `scaledCost`). */
export function scaledEmdPairs(engine: PairEngine<EmdSettings>): PairEngine<EmdSettings> {
  let exponent = 0;
  return {
    ...engine,
    get keptBytes() {
      return engine.keptBytes;
    },
    setCost(cost, settings) {
      let largest = 0;
      for (let k = 0; k < cost.length; k++) largest = Math.max(largest, Math.abs(cost[k]));
      const scaled = scaledCost({ data: cost, largest });
      ({ exponent } = scaled);
      engine.setCost(scaled.data, settings);
    },
    async solve(which, values) {
      const statistics = await engine.solve(which, values);
      if (exponent !== 0) values.forEach((value, k) => (values[k] = ldexp(value, exponent)));
      return statistics;
    },
  };
}
