import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matmul } from "../../eval/bench/matmul.ts";
import type { BenchResult } from "../../eval/bench/timing.ts";
import { wdlGradient } from "../../eval/bench/wdl-gradient.ts";
import { writeNpy } from "../../src/data/npy.ts";
import { flagOption, numberOption, textOption, type OptionTable, type OptionValues } from "../../src/options.ts";
import { wdlComponent } from "../components/wdl.ts";
import { loadChoice } from "./datasets.ts";

/** A benchmark: ours, and the program of `eval/bench/peers` that does the same work. */
export interface BenchWork<T extends OptionTable> {
  readonly description: string;
  readonly options: T;
  readonly peer: string;
  /** Loads what the work needs; the seconds of that do not count. */
  readonly prepare: (options: OptionValues<T> & BenchRepeat) => Promise<PreparedWork>;
}

interface BenchRepeat {
  readonly repeat: number;
}

export interface PreparedWork {
  /** One result for each line that the peer prints, in its order. */
  readonly ours: () => Promise<BenchResult[]>;
  readonly peerArguments: readonly string[];
  readonly release?: () => Promise<void>;
}

/** Recovers the option values' types. */
function define<const T extends OptionTable>(work: BenchWork<T>): BenchWork<T> {
  return work;
}

const MATMUL_SIZES = [1024, 2048];

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- works have different options; `define` checks each
export const benchWorks: Readonly<Record<string, BenchWork<any>>> = {
  wdl_gradient: define({
    description: "One loss and gradient of Wasserstein dictionary learning.",
    options: {
      data: textOption({ description: "images (default: the generated faces)", placeholder: "path" }),
      size: textOption({ description: "resize images to SIZE or WIDTHxHEIGHT", placeholder: "size" }),
      atoms: numberOption({ description: "atoms in the dictionary", default: 5, least: 1, integer: true }),
      iterations: numberOption({ description: "Sinkhorn iterations", default: 5, least: 1, integer: true }),
      gamma: numberOption({ description: "entropic regularisation, in squared pixels", default: 1, above: 0 }),
      alpha: numberOption({ description: "gamma correction of the images", default: 1, above: 0 }),
      invert: flagOption("invert intensities"),
    },
    peer: "wdl_gradient.py",
    async prepare({ data, size, invert, iterations, ...numbers }) {
      const dataset = await loadChoice({ data, size }, wdlComponent);
      const folder = await mkdtemp(join(tmpdir(), "otlearn-bench-"));
      const images = join(folder, "images.npy");
      await writeNpy(images, dataset.values);
      const flags = Object.entries({ iterations, ...numbers }).flatMap(([name, value]) => [`--${name}`, `${value}`]);
      return {
        ours: async () => [await wdlGradient(dataset, { ...numbers, invert, sinkhornIterations: iterations })],
        peerArguments: [images, ...flags, ...(invert ? ["--invert"] : [])],
        release: () => rm(folder, { recursive: true, force: true }),
      };
    },
  }),
  matmul: define({
    description: "Products of square float32 matrices, with all four transposes.",
    options: {
      size: numberOption({
        description: `rows and columns (default: ${MATMUL_SIZES.join(" and ")})`,
        default: undefined,
        least: 1,
        integer: true,
      }),
    },
    peer: "matmul.py",
    async prepare({ size, repeat }) {
      const sizes = size === undefined ? MATMUL_SIZES : [size];
      return {
        ours: () => matmul({ sizes, repeat }),
        peerArguments: [...sizes.map(String), "--repeat", `${repeat}`],
      };
    },
  }),
};
