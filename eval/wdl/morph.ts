import { sharp } from "#platform/images";
import { interpolateWeights } from "../../models/wdl/dictionary.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { isDense } from "../../src/geometry/geometry.ts";
import { rowsOf, sizeOf } from "../../src/tensor/ndarray.ts";
import { pack, packedBytes } from "../packed.ts";
import { spriteOf } from "../pictures/sprite.ts";
import type { MorphLattice, MorphOperator, MorphView, Sprite } from "../views.ts";
import type { WdlFindings } from "./findings.ts";
import { asImages, meanMass } from "./images.ts";

/** How a page morphs between the atoms of a dictionary: it computes, it shows what was computed for it, or it cannot. */
export type MorphPlan =
  | { readonly kind: "live" }
  | { readonly kind: "lattice"; readonly atoms: readonly number[]; readonly why: string }
  | { readonly kind: "none"; readonly why: string };

/** Multiply-adds of a barycenter that a page computes itself: about half a second. */
const MOST_PAGE_OPERATIONS = 6e8;
/** Base64 that atoms and ground cost may add to a page. */
const MOST_PAGE_BYTES = 4e6;
/** Multiply-adds for all barycenters of a lattice: about a minute. */
const MOST_LATTICE_OPERATIONS = 2e11;
/** A sum of exponentials instead of products. */
const LOG_DOMAIN_FACTOR = 10;
/** Beside the kernel, an iteration takes the logarithm of every pixel. */
const PIXEL_OPERATIONS = 40;
/** Data points that a reader can choose. */
const MOST_POINTS = 500;

const LATTICE_STEPS = 9;
const MOST_LATTICE_ATOMS = 5;
/** Longer side of a lattice's images, in pixels. */
const LATTICE_SIDE = 160;

export function planMorph(findings: WdlFindings): MorphPlan {
  const { setup, options } = findings;
  const shape = setup.pointShape.join(" x ");
  if (options.atoms < 2) return { kind: "none", why: "there is one atom, and nothing to morph it to" };
  if (setup.pointShape.length > 2) {
    return { kind: "none", why: `it is drawn for images and 1-D histograms, and these data points are ${shape}` };
  }
  const operations = operationsOf(findings);
  const bytes = operatorBytes(findings);
  if (operations <= MOST_PAGE_OPERATIONS && bytes <= MOST_PAGE_BYTES) return { kind: "live" };
  const why =
    bytes > MOST_PAGE_BYTES
      ? `atoms and ground cost of ${shape} take ${(bytes / 1e6).toFixed(1)} MB of the page`
      : `one barycenter of ${shape} takes ${operations.toExponential(1)} operations`;
  for (let count = Math.min(options.atoms, MOST_LATTICE_ATOMS); count >= 2; count--) {
    const barycenters = LATTICE_STEPS * pairsOf(count);
    if (barycenters * operations <= MOST_LATTICE_OPERATIONS) {
      return { kind: "lattice", atoms: mostUsed(findings, count), why };
    }
  }
  return { kind: "none", why: `${why}, too many to do even a few of them beforehand` };
}

/** What a morph is made of. */
interface MorphFindings extends Pick<WdlFindings, "setup" | "options" | "names" | "sinkhornIterations"> {
  readonly factors: Factors;
}

/** The view of a plan. Computes the barycenters of a lattice. */
export async function morphView(
  findings: MorphFindings,
  plan: Exclude<MorphPlan, { readonly kind: "none" }>,
): Promise<MorphView> {
  const { setup, options, factors, names } = findings;
  const count = Math.min(setup.points, MOST_POINTS);
  return {
    kind: "morph",
    shape: setup.pointShape,
    names: Array.from({ length: count }, (_, point) => names[point] ?? `data point ${point + 1}`),
    weights: pack(factors.weights.slice(0, count * options.atoms)),
    masses: pack(setup.histograms.masses.slice(0, count)),
    mass: meanMass(setup),
    tone: { alpha: options.alpha, invert: options.invert },
    source: plan.kind === "live" ? operatorOf(findings) : await latticeOf(findings, plan.atoms),
  };
}

function operatorOf({ setup, factors, sinkhornIterations }: MorphFindings): MorphOperator {
  const { rho, ...options } = { ...setup.barycenterOptions, iterations: sinkhornIterations };
  return {
    kind: "operator",
    atoms: pack(factors.atoms),
    options: rho === undefined || rho === Infinity ? options : { ...options, rho },
    ...(isDense(setup.geometry) && { cost: pack(setup.geometry.cost.data) }),
  };
}

async function latticeOf(findings: MorphFindings, atoms: readonly number[]): Promise<MorphLattice> {
  const { setup, options, factors, sinkhornIterations } = findings;
  const corner = (atom: number) => Float64Array.from({ length: options.atoms }, (_, s) => (s === atom ? 1 : 0));
  const operator = setup.operatorWith(sinkhornIterations);
  const frames: Float64Array[] = [];
  for (const [index, from] of atoms.entries()) {
    for (const to of atoms.slice(index + 1)) {
      const weights = interpolateWeights(corner(from), corner(to), LATTICE_STEPS);
      const inputs = barycenterInputs(setup.problem, { atoms: factors.atoms, weights });
      frames.push(asImages(findings, await operator.barycenters(inputs)));
    }
  }
  const common = { kind: "lattice", atoms, steps: LATTICE_STEPS } as const;
  if (setup.pointShape.length === 2)
    return { ...common, frames: { kind: "images", sprite: await imagesOf(frames, setup.pointShape) } };
  const values = Float64Array.from(frames.flatMap((pair) => Array.from(pair, Math.fround)));
  return { ...common, frames: { kind: "curves", values: pack(values) } };
}

/** All images, none larger than `LATTICE_SIDE`. */
async function imagesOf(pairs: readonly Float64Array[], [h, w]: readonly number[]): Promise<Sprite> {
  const scale = Math.min(1, LATTICE_SIDE / Math.max(h, w));
  const [height, width] = [h, w].map((extent) => Math.max(1, Math.round(extent * scale)));
  const images = pairs.flatMap((pair) => rowsOf(Uint8Array.from(pair, Math.round), h * w));
  const tiles: Uint8Array[] = [];
  for (const gray of images) {
    const image = sharp(gray, { raw: { width: w, height: h, channels: 1 }, limitInputPixels: false });
    tiles.push(await image.resize(width, height, { fit: "fill" }).toColourspace("b-w").raw().toBuffer());
  }
  return spriteOf(tiles, width, height);
}

/** Multiply-adds of one barycenter on the host, counted as if the log domain was taken where it is asked for only. */
function operationsOf({ setup, options, sinkhornIterations }: WdlFindings): number {
  const points = sizeOf(setup.pointShape);
  const taps = 2 * Math.floor(Math.sqrt(87 * options.gamma)) + 1;
  const kernel =
    setup.geometry.kind === "grid"
      ? points * setup.pointShape.reduce((sum, extent) => sum + Math.min(extent, taps), 0)
      : points * points;
  const factor = options.logDomain === "on" ? LOG_DOMAIN_FACTOR : 1;
  const products = 2 * options.atoms + (options.debiased ? 1 : 0);
  return sinkhornIterations * (products * kernel * factor + options.atoms * PIXEL_OPERATIONS * points);
}

function operatorBytes({ setup, options }: WdlFindings): number {
  const atoms = packedBytes(options.atoms * sizeOf(setup.pointShape), "f4");
  return atoms + (isDense(setup.geometry) ? packedBytes(setup.geometry.cost.data.length, "f4") : 0);
}

function pairsOf(count: number): number {
  return (count * (count - 1)) / 2;
}

/** The atoms with the largest weights over all data points, in their order. */
function mostUsed({ options, factors }: WdlFindings, count: number): number[] {
  const use = new Float64Array(options.atoms);
  factors.weights.forEach((weight, index) => (use[index % options.atoms] += Math.abs(weight)));
  const order = Array.from(use.keys()).sort((a, b) => use[b] - use[a] || a - b);
  return order.slice(0, count).sort((a, b) => a - b);
}
