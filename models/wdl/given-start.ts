import { readNpy } from "../../src/data/npy.ts";
import { InputError, OptionError } from "../../src/errors.ts";
import { float64Of, type NdArray } from "../../src/tensor/ndarray.ts";
import { normalizeRows } from "./dictionary.ts";
import type { GivenStart } from "./initialize.ts";
import type { WdlOptions } from "./options.ts";

type StartOptions = Pick<
  WdlOptions,
  "initWeights" | "initWeightsFile" | "initAtomsFile" | "atoms" | "allowNegativeWeights"
>;

interface Sizes {
  /** M */
  readonly points: number;
  /** N */
  readonly pixels: number;
}

/** Reads and checks what the options give of the first atoms and weights. Throws OptionError naming the file and both shapes. */
export async function readGivenStart(options: StartOptions, { points, pixels }: Sizes): Promise<GivenStart> {
  const { initWeights, initWeightsFile, initAtomsFile, atoms: count, allowNegativeWeights } = options;
  if (initWeights !== undefined && initWeightsFile !== undefined) {
    throw new OptionError("initWeights", `${initWeights} and --init-weights-file exclude each other; leave one out`);
  }
  const atoms = await read("initAtomsFile", initAtomsFile, [count, pixels], true);
  const weights = await read("initWeightsFile", initWeightsFile, [points, count], !allowNegativeWeights);
  return { atoms, weights: weights ?? initWeights };
}

/** Rows of sum one [rows, columns] of a file, whose later axes may be several. */
async function read(
  option: keyof StartOptions,
  file: string | undefined,
  [rows, columns]: readonly [number, number],
  positive: boolean,
): Promise<Float64Array | undefined> {
  if (file === undefined) return undefined;
  const refuse = (detail: string): never => {
    throw new OptionError(option, `${file}: ${detail}`);
  };
  const array = await readNpy(file).catch((error: unknown): NdArray => {
    if (!(error instanceof InputError)) throw error;
    return refuse(error.message.replace(`${file}: `, ""));
  });
  const [first, ...rest] = array.shape;
  if (first !== rows || rest.reduce((product, extent) => product * extent, 1) !== columns) {
    refuse(`expected [${rows}, ${columns}], got [${array.shape.join(", ")}]`);
  }
  const values = float64Of(array.data, option);
  const bad = values.findIndex((value) => !Number.isFinite(value) || (positive && value < 0));
  if (bad >= 0)
    refuse(`expected finite numbers${positive ? " >= 0" : ""}, got ${values[bad]} in row ${Math.floor(bad / columns)}`);
  const normalized = normalizeRows(values, columns);
  if (!normalized.every(Number.isFinite)) refuse("expected rows with a sum other than 0");
  return normalized;
}
