import { numberOption } from "../../src/options.ts";
import { emd1d } from "../../src/transport/line/emd1d.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const emd1dWork = defineWork({
  description: "Exact transport on a line, by sorting: equal and irregular masses.",
  options: {
    points: numberOption({ description: "points on either side", default: 100_000, least: 1, integer: true }),
  },
  peer: "emd1d.py",
  hostOnly: "sorting in float64",
  async prepare({ points, repeat }) {
    return {
      ours: () => onLine({ points, repeat }),
      peerArguments: ["--points", `${points}`, "--repeat", `${repeat}`],
    };
  },
});

interface LineSettings {
  readonly points: number;
  readonly repeat: number;
}

/** p = 1 is SciPy's problem, p = 2 POT's. */
const RUNS = [
  { p: 1, masses: "equal" },
  { p: 1, masses: "irregular" },
  { p: 2, masses: "equal" },
  { p: 2, masses: "irregular" },
] as const;

/**
 * W_p^p in float64 of irregular points: x_i = frac(i golden), y_i = 0.2 + frac(i sqrt 2)^2, i from 1, and masses 0.1 + frac(i^2 golden)
 * of x and 0.1 + frac(i^2 sqrt 2) of y, normalised.
 */
async function onLine({ points, repeat }: LineSettings): Promise<BenchResult[]> {
  const irregular = (of: (index: number) => number): Float64Array =>
    Float64Array.from({ length: points }, (_, k) => of(k + 1));
  const x = irregular((i) => (i * GOLDEN) % 1);
  const y = irregular((i) => 0.2 + ((i * Math.SQRT2) % 1) ** 2);
  const normalised = (masses: Float64Array): Float64Array => {
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    return masses.map((mass) => mass / total);
  };
  const a = normalised(irregular((i) => 0.1 + ((i * i * GOLDEN) % 1)));
  const b = normalised(irregular((i) => 0.1 + ((i * i * Math.SQRT2) % 1)));
  const results: BenchResult[] = [];
  for (const { p, masses } of RUNS) {
    const options = masses === "equal" ? { p } : { p, a, b };
    const { timing, value: result } = await best(repeat, async () => emd1d(x, y, options));
    results.push({ work: "emd1d", points, p, masses, value: result.value, ...timing });
  }
  return results;
}
