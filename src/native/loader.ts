import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What `src/native/cpp/addon.cc` exports. Callers check shapes; the addon checks lengths and element types again. */
export interface NativeAddon {
  describe(): { readonly instructionSet: string; readonly threads: number };
  createBarycenter(settings: BarycenterPlanSettings): BarycenterPlan;
  runBarycenter(plan: BarycenterPlan, batch: BarycenterBatch): void;
  /** One matrix product with tensors that lie in `heap`, the memory of tfjs' wasm backend. */
  matmul(heap: Uint8Array, problem: MatmulProblem): void;
}

/** out = activation(A B + bias), float32. Tensors are byte offsets in the heap; -1 where there is none. */
export interface MatmulProblem {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly transposeA: boolean; // A is stored as [inner, rows]
  readonly transposeB: boolean; // B is stored as [columns, inner]
  /** Batch dimensions of the result, and the operands' strides in them, in matrices: 0 where one is broadcast. */
  readonly batch: Int32Array;
  readonly batchStridesA: Int32Array;
  readonly batchStridesB: Int32Array;
  readonly a: number;
  readonly b: number;
  readonly out: number; // [...batch, rows, columns]
  readonly bias: number; // [columns]
  /** As tfjs numbers them: 0 linear, 1 relu, 2 relu6, 3 prelu, 4 leakyrelu, 5 sigmoid, 6 elu. */
  readonly activation: number;
  readonly slopes: number; // [columns], with prelu
  readonly slope: number; // with leakyrelu
}

/** Buffers of one problem shape, freed with the garbage collector. */
interface BarycenterPlan {
  readonly native: unique symbol;
}

interface BarycenterPlanSettings {
  readonly height: number;
  readonly width: number;
  readonly atoms: number;
  readonly iterations: number;
  /** exp(-d^2 spacing^2 / epsilon) for d = 0 .. radius64. */
  readonly tapsVertical: Float64Array;
  readonly tapsHorizontal: Float64Array;
  readonly radius32Vertical: number;
  readonly radius32Horizontal: number;
  readonly radius64Vertical: number;
  readonly radius64Horizontal: number;
}

export interface BarycenterBatch {
  readonly points: number;
  /** 0 total variation, 1 quadratic, 2 Kullback-Leibler. */
  readonly loss: number;
  readonly atoms: Float64Array; // [S, N]
  readonly weights: Float64Array; // [points, S]
  readonly start: Float32Array | undefined; // log scalings [points, S, N]
  readonly targets: Float64Array | undefined; // [points, N]; with them losses and gradients are computed
  readonly barycenters: Float64Array | undefined; // [points, N]
  readonly logScalings: Float32Array | undefined; // [points, S, N]
  readonly losses: Float64Array | undefined; // [points]
  readonly gradientAtoms: Float64Array | undefined; // [S, N]
  readonly gradientWeights: Float64Array | undefined; // [points, S]
  /** Set to 1 for each point that was computed; the others left the range of float64 and need the log domain. */
  readonly done: Uint8Array;
}

export interface NativeStatus {
  readonly addon?: NativeAddon;
  /** "avx2, 2 threads", or why there are no native kernels. */
  readonly detail: string;
}

const ADDON = join("src", "native", "build", "Release", "otlearn_native.node");

let status: NativeStatus | undefined;

/** The native kernels, loaded at the first call. `OTLEARN_NATIVE=0` switches them off. Never throws. */
export function nativeStatus(): NativeStatus {
  return (status ??= load());
}

function load(): NativeStatus {
  if (process.env["OTLEARN_NATIVE"] === "0") return { detail: "switched off by OTLEARN_NATIVE=0" };
  const file = join(packageRoot(), ADDON);
  if (!existsSync(file)) return { detail: "not built (npm install builds them where a C++17 compiler is there)" };
  try {
    const addon = createRequire(import.meta.url)(file) as NativeAddon;
    const { instructionSet, threads } = addon.describe();
    return { addon, detail: `${instructionSet}, ${threads} threads` };
  } catch (error) {
    return { detail: `does not load: ${(error as Error).message.split("\n")[0]}` };
  }
}

/** The sources are two levels below the package, the compiled files three. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
