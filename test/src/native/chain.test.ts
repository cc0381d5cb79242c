import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { expectSameBits, printedBy, type Bits } from "../../support/children.ts";
import { itOnEachSet } from "../../support/instruction-sets.ts";

const { addon, detail } = nativeStatus();

describe.skipIf(!addon)(addon ? "native chains" : `native chains (skipped: ${detail})`, () => {
  const child = (environment: Record<string, string>) => printedBy<Bits>("chain-bits", environment);

  it("give the same bits for any number of threads", () => expectSameBits("chain-bits"));

  itOnEachSet("agree with plain TypeScript in float64", async (environment) => {
    const [host, { sample }] = await Promise.all([child({ OTLEARN_NATIVE: "0" }), child(environment)]);
    expect(host.description).toBeNull();
    expect(sample).toBeAllclose(host.sample, { relative: 1e-10, absolute: 1e-12 });
  });

  it("refuse what would harm memory", () => {
    const one = Float64Array.of(1);
    const terms = { row: one, column: one, halfRow: one, halfColumn: one };
    const link = { n: 1, m: 1, cost: one, inverse: 1, ...terms, leastOfRow: -50, leastOfColumn: -50, leastMass: -50 };
    const two = Float64Array.of(1, 1);
    const vectors = { root: two, goal: two, target: two, u: two.slice() };
    const rule = { range: 8, tolerance: 0, maxIterations: 2 };
    const problem = { links: [link], shares: two, ...vectors, ...rule };
    expect(addon!.iterateChain(problem).errors.length).toBeGreaterThan(0);
    expect(() => addon!.iterateChain({ ...problem, links: [] })).toThrow("links");
    expect(() => addon!.iterateChain({ ...problem, links: [{ ...link, n: 2 }] })).toThrow("cost");
    expect(() => addon!.iterateChain({ ...problem, links: [link, { ...link, n: 2, cost: two }] })).toThrow("row");
    expect(() => addon!.iterateChain({ ...problem, u: one })).toThrow("u");
    expect(() => addon!.iterateChain({ ...problem, shares: one })).toThrow("shares");
    expect(() => addon!.chainGibbs({ ...link, out: new Float64Array() })).toThrow("out");
  });
});
