import { interpolateWeights } from "../../models/wdl/dictionary.ts";
import { barycenterInputs } from "../../models/wdl/factors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { formatDecibels } from "../format.ts";
import { spreadOf } from "../metrics/spread.ts";
import { barycentricPath } from "../pictures/barycentric-path.ts";
import { curvePanels } from "../pictures/curves.ts";
import { imageRows, montage, type ImageGroup } from "../pictures/montage.ts";
import type { Picture } from "../pictures/picture.ts";
import { projections } from "../pictures/projections.ts";
import { progressPicture } from "../pictures/progress.ts";
import type { Draw } from "../evaluator.ts";
import { betweenPicture } from "./between.ts";
import { editPicture } from "./edit.ts";
import type { WdlFindings } from "./findings.ts";
import { asImages, atomImages } from "./images.ts";
import type { Comparison } from "./compare.ts";
import { reconstructionsView } from "./reconstructions.ts";
import { morphView, planMorph } from "./morph.ts";
import { WDL_CURVES } from "./shown.ts";
import { firstImages, type Unseen } from "./unseen.ts";
import { classPicture, weightsPicture } from "./weights.ts";

type Drawings = Readonly<Record<string, Draw>>;

const INTERPOLATION_STEPS = 7;
/** Unseen images in a row. */
const MOST_UNSEEN = 5;
/** From the isobarycenter to an atom, as curves. */
const CURVE_STEPS = ["all atoms alike", "a third of the way", "two thirds", "the atom"];
/** Paths with more points than this are a tangle. */
const MOST_PATH_POINTS = 200;

/** The pictures that fit the data: images, curves for 1-D data, projections of volumes. */
export function wdlPictures(findings: WdlFindings): Drawings {
  const { setup, options, methods, classes, history } = findings;
  const levels = methods.slice(1).map(({ name, psnr }) => ({ metric: "psnr", name, value: spreadOf(psnr).mean }));
  const views = { 1: curvePictures, 2: imagePictures, 3: volumePictures }[setup.pointShape.length];
  return {
    ...views?.(findings),
    ...(options.atoms >= 2 && setup.points <= MOST_PATH_POINTS && { path: () => pathPicture(findings) }),
    ...(options.atoms >= 2 && classes && { classes: () => classPicture(findings) }),
    weights: () => weightsPicture(findings),
    ...progressPicture(history, WDL_CURVES, levels),
  };
}

/** The path between the atoms, these arranged in the order in which the sequence visits them. */
async function pathPicture(findings: WdlFindings): Promise<Picture> {
  const { setup, options, factors, names: frameNames } = findings;
  const order = orderOfVisits(factors.weights, options.atoms);
  const weights = { shape: [setup.points, options.atoms], data: permuteColumns(factors.weights, order) };
  const cornerNames = order.map((atom) => `atom ${atom + 1}`);
  if (setup.pointShape.length !== 2) return barycentricPath(weights, { cornerNames, frameNames });
  const { shape, data } = atomImages(findings);
  const { pixels } = setup.problem;
  const images = order.flatMap((atom) => Array.from(data.subarray(atom * pixels, (atom + 1) * pixels)));
  return barycentricPath(weights, { cornerNames, frameNames, atoms: { shape, data: Float64Array.from(images) } });
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
  const { unseen, options, setup } = findings;
  const isPlural = options.atoms >= 2;
  return {
    atoms: () => montage(atomImages(findings), { range: "image" }),
    reconstructions: () => reconstructionRows(findings),
    ...(unseen && { unseen: () => unseenRows(unseen) }),
    ...(isPlural && setup.points >= 2 && { between: () => betweenPicture(findings) }),
    ...(isPlural && { edit: () => editPicture(findings) }),
    ...(isPlural && { interpolation: () => withMorph(findings, () => interpolationRows(findings)) }),
  };
}

async function reconstructionRows(findings: WdlFindings): Promise<Picture> {
  const { methods, inputs } = findings;
  const [ours] = methods;
  const rows = [{ name: "input", images: inputs }, ...methods];
  const picture = await imageRows(
    rows.map(({ name, images }) => ({ label: name, images, range: [0, 255] as const })),
    { captions: decibels(ours, inputs) },
  );
  return { ...picture, view: await reconstructionsView(findings) };
}

/** Unseen images, as many as fit into a row, and what the methods make of them. */
function unseenRows({ methods, inputs }: Unseen): Promise<Picture> {
  const seen = firstImages(inputs, MOST_UNSEEN);
  const [ours] = methods;
  const rows = [{ name: "input", images: inputs }, ...methods.filter(({ key }) => key !== "pca_same_count")];
  return imageRows(
    rows.map(({ name, images }) => ({
      label: name,
      images: firstImages(images, MOST_UNSEEN),
      range: [0, 255] as const,
    })),
    { columns: MOST_UNSEEN, captions: decibels(ours, seen) },
  );
}

/** PSNR of the data points that are shown. */
function decibels({ psnr }: Comparison, { shape: [shown] }: NdArray): string[] {
  return Array.from(psnr.subarray(0, shown), (value) => formatDecibels(value, 1));
}

/** The picture of the barycenters between the atoms, with the view that morphs between them where a page can. */
async function withMorph(findings: WdlFindings, draw: () => Promise<Picture>): Promise<Picture> {
  const plan = planMorph(findings);
  const picture = await draw();
  return plan.kind === "none" ? picture : { ...picture, view: await morphView(findings, plan) };
}

/** Face editing: from the atoms' isobarycenter towards each atom, on the 8-bit scale with the mean mass. */
async function interpolationRows(findings: WdlFindings): Promise<Picture> {
  const { setup, options } = findings;
  const groups: ImageGroup[] = [];
  for (let atom = 0; atom < options.atoms; atom++) {
    const images = await towardsAtom(findings, atom, INTERPOLATION_STEPS);
    groups.push({
      label: `atom ${atom + 1}`,
      images: { shape: [INTERPOLATION_STEPS, ...setup.pointShape], data: images },
      range: "common",
    });
  }
  return imageRows(groups, { columns: INTERPOLATION_STEPS });
}

/** The same for curves: a panel an atom. */
async function interpolationCurves(findings: WdlFindings): Promise<Picture> {
  const { setup, options } = findings;
  const { pixels } = setup.problem;
  const steps = CURVE_STEPS.map(() => new Float64Array(options.atoms * pixels));
  for (let atom = 0; atom < options.atoms; atom++) {
    const curves = await towardsAtom(findings, atom, steps.length);
    steps.forEach((values, step) => values.set(curves.subarray(step * pixels, (step + 1) * pixels), atom * pixels));
  }
  return curvePanels(
    steps.map((data, step) => ({ name: CURVE_STEPS[step], values: { shape: [options.atoms, pixels], data } })),
    { captions: Array.from({ length: options.atoms }, (_, atom) => `atom ${atom + 1}`) },
  );
}

/** Barycenters [steps, N] from the isobarycenter to an atom, on the 8-bit scale. */
async function towardsAtom(findings: WdlFindings, atom: number, steps: number): Promise<Float64Array> {
  const { setup, options, factors, sinkhornIterations } = findings;
  const equal = new Float64Array(options.atoms).fill(1 / options.atoms);
  const corner = Float64Array.from({ length: options.atoms }, (_, s) => (s === atom ? 1 : 0));
  const weights = interpolateWeights(equal, corner, steps);
  const inputs = barycenterInputs(setup.problem, { atoms: factors.atoms, weights });
  return asImages(findings, await setup.operatorWith(sinkhornIterations).barycenters(inputs));
}

function curvePictures(findings: WdlFindings): Drawings {
  const { setup, options, factors, methods, inputs } = findings;
  const atoms = { shape: [options.atoms, ...setup.pointShape], data: factors.atoms };
  const rows = [{ name: "input", images: inputs }, ...methods];
  return {
    atoms: () => curvePanels([{ name: "atom", values: atoms }]),
    reconstructions: () => curvePanels(rows.map(({ name, images }) => ({ name, values: images }))),
    ...(options.atoms >= 2 && { interpolation: () => withMorph(findings, () => interpolationCurves(findings)) }),
  };
}

/** Volumes, each seen along its three axes. */
function volumePictures(findings: WdlFindings): Drawings {
  const { options, methods, inputs } = findings;
  const [ours] = methods;
  const rows = [{ name: "input", images: inputs }, ...methods];
  return {
    atoms: () => imageRows(projections("atom", atomImages(findings))),
    reconstructions: () =>
      imageRows(
        rows.flatMap(({ name, images }) => projections(name, images)),
        { captions: decibels(ours, inputs) },
      ),
    ...(options.atoms >= 2 && { interpolation: () => interpolationVolumes(findings) }),
  };
}

/** From the isobarycenter towards each atom, seen along the first axis. */
async function interpolationVolumes(findings: WdlFindings): Promise<Picture> {
  const { setup, options } = findings;
  const groups: ImageGroup[] = [];
  for (let atom = 0; atom < options.atoms; atom++) {
    const data = await towardsAtom(findings, atom, INTERPOLATION_STEPS);
    const [seen] = projections(`atom ${atom + 1}`, { shape: [INTERPOLATION_STEPS, ...setup.pointShape], data });
    groups.push({ ...seen, range: "common" });
  }
  return imageRows(groups, { columns: INTERPOLATION_STEPS });
}
