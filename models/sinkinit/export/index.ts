import { dirname, join } from "#platform/files";
import { writeFileAtomic } from "../../../src/files/atomic.ts";
import { makeFolder } from "../../../src/files/folder.ts";
import type { StateTree } from "../../../src/tensor/tree.ts";
import { version } from "../../../src/version.ts";
import { InputError } from "../../../src/errors.ts";
import type { NdArray } from "../../../src/tensor/ndarray.ts";
import { gridProblem } from "../any-grid/grid-problem.ts";
import type { AnyGridSpec } from "../any-grid/spec.ts";
import { readAnyGridWeights } from "../any-grid/weights.ts";
import { buildApproximator, type ApproximatorSpec } from "../approximator.ts";
import { encodeInitializer } from "../file.ts";
import { geometryOf, type SquareProblem } from "../setup.ts";
import { scalingModel } from "../scaling-model.ts";
import { loadWeights, saveWeights } from "../../network/weights.ts";
import { encodeAnyGridOnnx } from "./any-grid.ts";
import { encodeOnnx } from "./onnx.ts";
import { OPSET } from "./onnx-graph.ts";
import { encodeTfjs } from "./tfjs.ts";

export const INITIALIZER_FORMATS = ["safetensors", "onnx", "tfjs"] as const;
export type InitializerFormat = (typeof INITIALIZER_FORMATS)[number];

/**
 * Writes the trained approximator of a checkpoint's state, creating folders where needed; returns the files written.
 * `safetensors`: what `loadInitializer` reads, with a description beside it. `onnx` (opset 17) and `tfjs` (a folder): from
 * `sample` [batch, 2 * points], both marginals of a pair one behind the other, to log v = g / epsilon [batch, points].
 * Throws InputError for a state that does not fit, RunError for a full disk.
 *
 * @param problem the grid and epsilon of the ONNX file of a network for all of them, which is no tfjs-layers model
 */
export async function exportInitializer(
  spec: ApproximatorSpec | AnyGridSpec,
  state: StateTree,
  format: InitializerFormat,
  out: string,
  problem: SquareProblem,
): Promise<readonly string[]> {
  if (spec.network === "any-grid") return exportAnyGrid(spec, state, format, out, problem);
  const approximator = buildApproximator(spec);
  try {
    loadWeights(approximator, state, "approximator");
    const description = { otlearn: version, spec: JSON.stringify(spec) };
    if (format === "safetensors") return await writeWeights(spec, await saveWeights(approximator), out);
    const network = scalingModel(approximator, spec);
    if (format === "onnx") {
      await makeFolder(dirname(out));
      await writeFileAtomic(out, encodeOnnx(network, version, { ...description, opset: String(OPSET) }));
      return [out];
    }
    const { model, weights } = await encodeTfjs(network, description);
    await makeFolder(out);
    const files = [join(out, "weights.bin"), join(out, "model.json")];
    await writeFileAtomic(files[0], weights);
    await writeFileAtomic(files[1], model);
    return files;
  } finally {
    approximator.dispose();
  }
}

async function exportAnyGrid(
  spec: AnyGridSpec,
  state: StateTree,
  format: InitializerFormat,
  out: string,
  square: SquareProblem,
): Promise<readonly string[]> {
  const weights = readAnyGridWeights(spec, state, "approximator");
  if (format === "safetensors") return writeWeights(spec, weights, out);
  if (format === "tfjs") {
    throw new InputError("--format tfjs: not for a network for all grids; expected safetensors or onnx");
  }
  const problem = gridProblem("any-grid", geometryOf(square), square.epsilon);
  const { extent, epsilon } = square;
  const description = { otlearn: version, spec: JSON.stringify({ ...spec, extent, epsilon }), opset: String(OPSET) };
  await makeFolder(dirname(out));
  await writeFileAtomic(out, encodeAnyGridOnnx({ spec, weights }, problem, version, description));
  return [out];
}

/** What `loadInitializer` reads, and its description beside it. */
async function writeWeights(
  spec: ApproximatorSpec | AnyGridSpec,
  weights: Readonly<Record<string, NdArray>>,
  out: string,
): Promise<readonly string[]> {
  await makeFolder(dirname(out));
  await writeFileAtomic(out, encodeInitializer(spec, weights, version));
  const file = `${out.replace(/\.safetensors$/, "")}.json`;
  await writeFileAtomic(file, `${JSON.stringify({ otlearn: version, ...spec }, null, 2)}\n`);
  return [out, file];
}
