import { interpolateWeights, normalizeRows } from "../../models/wdl/dictionary.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import type { WdlSetup } from "../../models/wdl/setup.ts";
import type { Metrics } from "../../models/task.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { formatDecibels } from "../format.ts";
import { barycentricPath } from "../pictures/barycentric-path.ts";
import { curvePanels } from "../pictures/curves.ts";
import { heatMap } from "../pictures/heat-map.ts";
import { imageRows, montage, type ImageGroup } from "../pictures/montage.ts";
import type { Picture } from "../pictures/picture.ts";
import { progressPicture } from "../pictures/progress.ts";
import type { Draw } from "../evaluator.ts";
import type { Reconstruction } from "./compare.ts";
import { WDL_CURVES } from "./shown.ts";

/** What the evaluator found, for pictures and report. */
export interface WdlFindings {
  readonly setup: WdlSetup;
  readonly options: WdlOptions;
  readonly factors: Factors & { readonly reconstructions: Float64Array };
  /** Ours first. */
  readonly methods: readonly Reconstruction[];
  readonly inputs: NdArray<Float64Array>;
  readonly names: readonly string[];
  readonly history: readonly Metrics[];
}

type Drawings = Readonly<Record<string, Draw>>;

const INTERPOLATION_STEPS = 7;
/** Paths with more points than this are a tangle. */
const MOST_PATH_POINTS = 200;

/** The pictures that fit the data: images, curves for 1-D data; for other shapes weights and progress only. */
export function wdlPictures(findings: WdlFindings): Drawings {
  const { setup, options, factors, methods, history } = findings;
  const weights = { shape: [setup.points, options.atoms], data: factors.weights };
  const levels = methods.slice(1).map(({ name, meanPsnr }) => ({ metric: "psnr", name, value: meanPsnr }));
  const views = { 1: curvePictures, 2: imagePictures }[setup.pointShape.length];
  return {
    ...views?.(findings),
    ...(options.atoms >= 2 && setup.points <= MOST_PATH_POINTS && { path: () => pathPicture(findings) }),
    weights: () => heatMap(transposed(weights), { xTitle: "data point", yTitle: "atom", valueTitle: "weight" }),
    ...progressPicture(history, WDL_CURVES, levels),
  };
}

/** The path between the atoms, these arranged in the order in which the sequence visits them. */
async function pathPicture(findings: WdlFindings): Promise<Picture> {
  const { setup, options, factors } = findings;
  const order = orderOfVisits(factors.weights, options.atoms);
  const weights = { shape: [setup.points, options.atoms], data: permuteColumns(factors.weights, order) };
  const cornerNames = order.map((atom) => `atom ${atom + 1}`);
  if (setup.pointShape.length !== 2) return barycentricPath(weights, { cornerNames });
  const { shape, data } = atomImages(findings);
  const { pixels } = setup.problem;
  const images = order.flatMap((atom) => Array.from(data.subarray(atom * pixels, (atom + 1) * pixels)));
  return barycentricPath(weights, { cornerNames, atoms: { shape, data: Float64Array.from(images) } });
}

/** Atoms by the mean position in the sequence of the points that use them. */
function orderOfVisits(weights: Float64Array, atoms: number): number[] {
  const position = Array.from({ length: atoms }, (_, atom) => {
    let moment = 0;
    let mass = 0;
    for (let point = 0; point * atoms < weights.length; point++) {
      const weight = weights[point * atoms + atom];
      moment += weight * point;
      mass += weight;
    }
    return mass > 0 ? moment / mass : Infinity;
  });
  return position.map((_, atom) => atom).sort((a, b) => position[a] - position[b]);
}

function permuteColumns(matrix: Float64Array, order: readonly number[]): Float64Array {
  return matrix.map((_, index) => matrix[index - (index % order.length) + order[index % order.length]]);
}

function imagePictures(findings: WdlFindings): Drawings {
  return {
    atoms: () => montage(atomImages(findings), { range: "image" }),
    reconstructions: () => reconstructionRows(findings),
    ...(findings.options.atoms >= 2 && { interpolation: () => interpolationRows(findings) }),
  };
}

function reconstructionRows({ methods, inputs }: WdlFindings): Promise<Picture> {
  const [ours] = methods;
  const rows = [{ name: "input", images: inputs }, ...methods];
  return imageRows(
    rows.map(({ name, images }) => ({ label: name, images, range: [0, 255] as const })),
    { captions: Array.from(ours.psnr, (value) => formatDecibels(value, 1)) },
  );
}

/** Face editing: from the atoms' isobarycenter towards each atom, on the 8-bit scale with the mean mass. */
async function interpolationRows({ setup, options, factors }: WdlFindings): Promise<Picture> {
  const equal = new Float64Array(options.atoms).fill(1 / options.atoms);
  const groups: ImageGroup[] = [];
  for (let atom = 0; atom < options.atoms; atom++) {
    const corner = Float64Array.from({ length: options.atoms }, (_, s) => (s === atom ? 1 : 0));
    const weights = interpolateWeights(equal, corner, INTERPOLATION_STEPS);
    const inputs = barycenterInputs(setup.problem, { atoms: factors.atoms, weights });
    const barycenters = await setup.problem.operator.barycenters(inputs);
    const data = asImages(setup, barycenters, options);
    const images = { shape: [INTERPOLATION_STEPS, ...setup.pointShape], data };
    groups.push({ label: `atom ${atom + 1}`, images, range: "common" });
  }
  return imageRows(groups, { columns: INTERPOLATION_STEPS });
}

function atomImages({ setup, options, factors }: WdlFindings): NdArray<Float64Array> {
  return { shape: [options.atoms, ...setup.pointShape], data: asImages(setup, factors.atoms, options) };
}

/** Histograms as images for the eye: alpha and inversion undone, mass as that of an average input. */
function asImages({ histograms, problem }: WdlSetup, rows: Float64Array, { alpha, invert }: WdlOptions): Float64Array {
  const mass = histograms.masses.reduce((sum, value) => sum + value, 0) / histograms.masses.length;
  return normalizeRows(rows, problem.pixels).map((value) => {
    const intensity = Math.min((value * mass) ** (1 / alpha), 1);
    return 255 * (invert ? 1 - intensity : intensity);
  });
}

function curvePictures({ setup, options, factors, methods, inputs }: WdlFindings): Drawings {
  const atoms = { shape: [options.atoms, ...setup.pointShape], data: factors.atoms };
  const rows = [{ name: "input", images: inputs }, ...methods];
  return {
    atoms: () => curvePanels([{ name: "atom", values: atoms }]),
    reconstructions: () => curvePanels(rows.map(({ name, images }) => ({ name, values: images }))),
  };
}

function transposed({ shape: [rows, columns], data }: NdArray<Float64Array>): NdArray<Float64Array> {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  return { shape: [columns, rows], data: out };
}
