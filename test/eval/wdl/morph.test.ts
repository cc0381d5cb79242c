import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { frameIndex } from "../../../eval/page/morph/frames.ts";
import { morphOperator, type MorphProblem } from "../../../eval/page/morph/barycenter.ts";
import { unpack } from "../../../eval/packed.ts";
import type { MorphLattice, MorphView } from "../../../eval/views.ts";
import type { WdlFindings } from "../../../eval/wdl/findings.ts";
import { meanMass } from "../../../eval/wdl/images.ts";
import { morphView, planMorph, type MorphPlan } from "../../../eval/wdl/morph.ts";
import { normalizeRows } from "../../../models/wdl/dictionary.ts";
import { barycenterInputs } from "../../../models/wdl/factors.ts";
import { toIntensity } from "../../../models/wdl/intensities.ts";
import { wdlOptions, type WdlOptions } from "../../../models/wdl/options.ts";
import { setUpWdl } from "../../../models/wdl/setup.ts";
import { writeNpy } from "../../../src/data/npy.ts";
import { resolveOptions } from "../../../src/options.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray, rowsOf, sizeOf } from "../../../src/tensor/ndarray.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { randomRows } from "../../support/wdl.ts";

beforeAll(async () => void (await useBackend("cpu")));

const POINTS = 4;

/** What an evaluator would find of random atoms and weights, rounded to float32 as it rounds them. */
async function findings(shape: readonly number[], given: Partial<WdlOptions>, iterations = 12): Promise<WdlFindings> {
  const options = resolveOptions(wdlOptions, { atoms: 3, sinkhornIterations: iterations, ...given });
  const pixels = sizeOf(shape);
  const values = ndarray(randomRows(POINTS, pixels, 3, 0.2), [POINTS, ...shape]);
  const names = Array.from({ length: POINTS }, (_, point) => `point ${point}`);
  const setup = await setUpWdl(options, { kind: "histograms", name: "test", values, names });
  const signed = (weights: Float64Array) => weights.map((weight, index) => weight + (index % 3 === 0 ? -0.4 : 0.2));
  const weights = randomRows(POINTS, options.atoms, 7);
  const factors = {
    atoms: randomRows(options.atoms, pixels, 5, 0.2).map(Math.fround),
    weights: (options.allowNegativeWeights ? signed(weights) : weights).map(Math.fround),
  };
  const inputs = setup.histograms;
  const images = { shape: [POINTS, ...shape], data: inputs.data };
  const nothing = { methods: [], notes: [], history: [] };
  return { setup, options, factors, sinkhornIterations: iterations, inputs: images, names, ...nothing };
}

/** The view as a page reads it. */
async function viewOf(found: WdlFindings): Promise<MorphView> {
  const plan = planMorph(found);
  if (plan.kind === "none") throw new Error(plan.why);
  return JSON.parse(JSON.stringify(await morphView(found, plan))) as MorphView;
}

/** What otlearn computes, [M, N] of mass one. */
async function reconstructions({ setup, factors, sinkhornIterations }: WdlFindings): Promise<Float64Array[]> {
  const inputs = barycenterInputs(setup.problem, factors);
  const rows = await setup.operatorWith(sinkhornIterations).barycenters(inputs);
  return rowsOf(normalizeRows(rows, setup.problem.pixels), setup.problem.pixels);
}

async function circleCost(points: number): Promise<string> {
  const file = join(await temporaryFolder(), "cost.npy");
  const cost = Float64Array.from({ length: points * points }, (_, index) => {
    const steps = Math.abs(Math.floor(index / points) - (index % points));
    return Math.min(steps, points - steps) ** 1.3;
  });
  await writeNpy(file, ndarray(cost, [points, points]));
  return file;
}

describe("a page's barycenters are those of otlearn, for", () => {
  const variants: readonly [name: string, options: Partial<WdlOptions>][] = [
    ["the plain operator", {}],
    ["a small gamma", { gamma: 0.02 }],
    ["a large gamma", { gamma: 60 }],
    ["the log domain", { logDomain: "on" }],
    ["the scaling domain", { logDomain: "off" }],
    ["heavy-ball", { heavyBall: -0.2 }],
    ["unbalanced barycenters", { unbalanced: 5 }],
    ["unbalanced barycenters in the log domain", { unbalanced: 5, logDomain: "on" }],
    ["debiased barycenters", { debiased: true }],
    ["debiased barycenters at a small gamma", { debiased: true, gamma: 0.1 }],
    ["debiased barycenters in the log domain", { debiased: true, logDomain: "on" }],
    ["negative weights", { allowNegativeWeights: true }],
    ["alpha and inversion", { alpha: 2, invert: true }],
  ];
  const shapes = [
    ["images", [9, 7]],
    ["curves", [40]],
  ] as const;

  it.each(shapes.flatMap(([data, shape]) => variants.map(([name, given]) => [name, data, shape, given] as const)))(
    "%s, %s",
    async (_name, _data, shape, given) => expectSame(await findings(shape, given)),
  );

  it("a ground cost of a file", async () => {
    const cost = await circleCost(30);
    for (const debiased of [false, true]) await expectSame(await findings([30], { cost, gamma: 2, debiased }));
  });

  it("more Sinkhorn iterations than a step of training has, after warm restarts", async () => {
    await expectSame(await findings([9, 7], { sinkhornIterations: 3 }, 30));
  });

  async function expectSame(found: WdlFindings): Promise<void> {
    const view = await viewOf(found);
    expect(view.source.kind).toBe("operator");
    const compute = morphOperator(view as MorphProblem);
    const expected = await reconstructions(found);
    const weights = rowsOf(unpack(view.weights), found.options.atoms);
    for (const [point, row] of weights.entries()) {
      // the native kernels compute in float32
      expect(compute(Array.from(row))).toBeAllclose(expected[point], { relative: 2e-4, absolute: 1e-6 });
    }
    expect(view.tone).toEqual({ alpha: found.options.alpha, invert: found.options.invert });
    expect(unpack(view.masses)).toEqual(found.setup.histograms.masses);
  }
});

it("says why there is no barycenter", async () => {
  const view = await viewOf(await findings([9, 7], { unbalanced: 5 }));
  expect(() => morphOperator(view as MorphProblem)([1.5, -0.5, 0])).toThrow(/unbalanced weights must be >= 0/);
});

describe("problems that are too large for a page", () => {
  const large = (found: WdlFindings): WdlFindings => ({ ...found, sinkhornIterations: 2_000_000 });

  it("become a lattice between the atoms that are used most", async () => {
    const found = await findings([9, 7], { atoms: 7 });
    const plan = planMorph({ ...found, sinkhornIterations: 60_000 });
    expect(plan).toMatchObject({
      kind: "lattice",
      why: expect.stringMatching(/one barycenter of 9 x 7 takes .* operations/),
    });
    const use = [0, 1, 2, 3, 4, 5, 6].map((atom) =>
      found.factors.weights.reduce((sum, weight, index) => sum + (index % 7 === atom ? weight : 0), 0),
    );
    const { atoms } = plan as Extract<MorphPlan, { kind: "lattice" }>;
    const left = use.filter((_, atom) => !atoms.includes(atom));
    expect(Math.min(...atoms.map((atom) => use[atom]))).toBeGreaterThan(Math.max(...left));
  });

  it.each([
    ["images", [9, 7]],
    ["curves", [40]],
  ])("of %s: every frame is the barycenter of its weights", async (_, shape) => {
    const found = await findings(shape, { gamma: 3, alpha: 1.5 });
    const lattice = JSON.parse(
      JSON.stringify(await morphView(found, { kind: "lattice", atoms: [0, 2], why: "" })),
    ) as MorphView;
    const source = lattice.source as MorphLattice;
    const frames = await framesOf(source);
    expect(frames).toHaveLength(source.steps);
    const compute = morphOperator((await viewOf(found)) as MorphProblem);
    for (let step = 0; step < source.steps; step++) {
      const t = step / (source.steps - 1);
      const expected = compute([1 - t, 0, t]).map((value) => toIntensity(value, meanMass(found.setup), found.options));
      expect(frames[frameIndex([0, 1], step, 2, source.steps)]).toBeAllclose(expected, {
        relative: 1e-3,
        absolute: 0.51,
      });
      expect(frames[frameIndex([1, 0], source.steps - 1 - step, 2, source.steps)]).toBeAllclose(expected, {
        absolute: 0.51,
      });
    }
  });

  it("are left out with the reason where even that takes too long", async () => {
    expect(planMorph(large(await findings([9, 7], {})))).toMatchObject({
      kind: "none",
      why: expect.stringMatching(/operations/),
    });
    expect(planMorph(await findings([3, 4, 5], {}))).toMatchObject({
      kind: "none",
      why: expect.stringMatching(/3 x 4 x 5/),
    });
    expect(planMorph(await findings([9, 7], { atoms: 1 }))).toMatchObject({
      kind: "none",
      why: expect.stringMatching(/one atom/),
    });
  });
});

async function framesOf({ frames }: MorphLattice): Promise<ArrayLike<number>[]> {
  if (frames.kind === "curves") return rowsOf(unpack(frames.values), 40);
  const { url, count, columns, width, height } = frames.sprite;
  const png = sharp(Buffer.from(url.split(",")[1], "base64")).extractChannel(0);
  const place = (index: number) => ({ left: (index % columns) * width, top: Math.floor(index / columns) * height });
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      return new Uint8Array(
        await png
          .clone()
          .extract({ ...place(index), width, height })
          .raw()
          .toBuffer(),
      );
    }),
  );
}

it("numbers the frames of all pairs without gap", () => {
  const pairs = [0, 1, 2, 3].flatMap((from) => [0, 1, 2, 3].filter((to) => to > from).map((to) => [from, to]));
  const indices = pairs.flatMap((pair) => [0, 1, 2].map((step) => frameIndex(pair, step, 4, 3)));
  expect(indices).toEqual(indices.map((_, index) => index));
});
