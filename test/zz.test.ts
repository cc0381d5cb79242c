import { it } from "vitest";
import { grid } from "../src/geometry/grid.ts";
import { discs } from "./support/barycenter-engines.ts";
import { hostBarycenter } from "../src/transport/barycenter/host/barycenter.ts";
import { nativePlan } from "../src/transport/barycenter/native/plan.ts";
import { resolveBarycenterOptions } from "../src/transport/barycenter/options.ts";
import { checkInputs } from "../src/transport/barycenter/problem.ts";
import { atOnce } from "../src/transport/barycenter/pieces.ts";
import { HostRun } from "../src/transport/barycenter/host/run.ts";
import { ndarray } from "../src/tensor/ndarray.ts";
import { hostFactors, nativeFactors } from "./support/factors.ts";

it("x", async () => {
  const geometry = grid({ size: [9, 21] });
  const weights = Float64Array.of(1.3, -0.3);
  for (const epsilon of [20]) {
    const options = { epsilon, iterations: 5, debiased: true };
    const exact = hostFactors(geometry, { ...options, domain: "log" });
    const start = await exact.logScalings({ atoms: discs, weights }, undefined);
    const at = 2 * 189 + 20;
    console.log("start", start[at], Math.min(...start), Math.max(...start));
    console.log("log", (await exact.logScalings({ atoms: discs, weights }, start))[at]);
    console.log("host auto", (await hostFactors(geometry, options).logScalings({ atoms: discs, weights }, start))[at]);
    console.log("host scaling", (await hostFactors(geometry, { ...options, domain: "scaling" }).logScalings({ atoms: discs, weights }, start))[at]);
    console.log("native", (await nativeFactors(geometry, options)!.logScalings({ atoms: discs, weights }, start))[at]);
    const resolved = resolveBarycenterOptions(options);
    for (const wide of [false, true]) {
      const plan = nativePlan(geometry, resolved, { wide })!;
      const wideLogScalings = new Float64Array(3 * 189);
      const inputs = checkInputs(geometry, { atoms: ndarray(discs, [2, 189]), weights: ndarray(weights, [1, 2]), start: ndarray(start, [1, 1, 3, 189]) }, resolved);
      console.log("wide", wide, atOnce(plan.run(inputs, { wideLogScalings })), wideLogScalings[at]);
    }
  }
  console.log(JSON.stringify([...discs]).length);
});
