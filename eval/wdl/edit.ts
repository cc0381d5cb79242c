import { rowOf, rowsOf } from "../../src/tensor/ndarray.ts";
import { stack } from "../baselines/linear-dictionary.ts";
import { imageRows } from "../pictures/montage.ts";
import type { Picture } from "../pictures/picture.ts";
import { to8bit } from "./compare.ts";
import type { WdlOutcome } from "./findings.ts";
import { atomImages, barycenterImages, lineBetween, shownRow } from "./images.ts";

/** How far an edit goes towards an atom. */
const SHARE = 0.5;
/** Atoms beside the data point in a row. */
const MOST_ATOMS = 8;

/**
 * Edits of the data point whose weights are most even: half of its weights are given to an atom. Beside it the same share of the
 * atom faded in.
 */
export async function editPicture(findings: WdlOutcome): Promise<Picture> {
  const { setup, options, factors, inputs, names } = findings;
  const { pixels } = setup.problem;
  const point = mostEven(findings);
  const atoms = Array.from({ length: Math.min(options.atoms, MOST_ATOMS) }, (_, atom) => atom);
  const own = rowOf(factors.weights, options.atoms, point);
  const towards = atoms.map((atom) => own.map((weight, s) => (1 - SHARE) * weight + (s === atom ? SHARE : 0)));
  const weights = stack([own, ...towards], options.atoms);
  const masses = new Float64Array(1 + atoms.length).fill(setup.histograms.masses[point]);
  const input = shownRow(inputs, point);
  const pictures = atoms.map((atom) => rowOf(atomImages(findings).data, pixels, atom));
  const rows = {
    atom: stack([input, ...pictures], pixels),
    WDL: await barycenterImages(findings, weights, masses),
    "cross-fade": stack([input, ...pictures.map((picture) => lineBetween(input, picture, [SHARE]))], pixels),
  };
  return imageRows(
    Object.entries(rows).map(([label, data]) => {
      return { label, images: { shape: [masses.length, ...setup.pointShape], data: to8bit(data) }, range: [0, 255] };
    }),
    { columns: masses.length, captions: [names[point], ...atoms.map((atom) => `atom ${atom + 1}`)] },
  );
}

/** Of the data points that are shown, the one with the smallest sum of squared weights. */
function mostEven({ factors, options, inputs }: WdlOutcome): number {
  const rows = rowsOf(factors.weights, options.atoms).slice(0, inputs.shape[0]);
  const squares = rows.map((row) => row.reduce((sum, weight) => sum + weight * weight, 0));
  return squares.indexOf(Math.min(...squares));
}
