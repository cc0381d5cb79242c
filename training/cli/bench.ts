import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPeer } from "../../eval/bench/peer.ts";
import type { BenchResult } from "../../eval/bench/timing.ts";
import { wdlGradient } from "../../eval/bench/wdl-gradient.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { writeNpy } from "../../src/data/npy.ts";
import { InputError } from "../../src/errors.ts";
import { flagOption, numberOption, resolveOptions, textOption, type OptionValues } from "../../src/options.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { wdlComponent } from "../components/wdl.ts";
import type { OutputFlags } from "./common-options.ts";
import { loadChoice } from "./datasets.ts";
import { ExitStatus } from "./exit-status.ts";

export const benchOptions = {
  data: textOption({ description: "images (default: the generated faces)", placeholder: "path" }),
  size: textOption({ description: "resize images to SIZE or WIDTHxHEIGHT", placeholder: "size" }),
  atoms: numberOption({ description: "atoms in the dictionary", default: 5, least: 1, integer: true }),
  iterations: numberOption({ description: "Sinkhorn iterations", default: 5, least: 1, integer: true }),
  gamma: numberOption({ description: "entropic regularisation, in squared pixels", default: 1, above: 0 }),
  alpha: numberOption({ description: "gamma correction of the images", default: 1, above: 0 }),
  invert: flagOption("invert intensities"),
  repeat: numberOption({ description: "repetitions, the best is reported", default: 3, least: 1, integer: true }),
  peers: flagOption("run the peer programs that are installed in turn with ours, and print the ratios"),
} as const;

type BenchOptions = OptionValues<typeof benchOptions>;

/** A benchmark: ours, and the peer program that does the same work. */
interface Work {
  readonly ours: (dataset: Dataset, options: BenchOptions) => Promise<BenchResult>;
  readonly peer: { readonly script: string; readonly args: (images: string, options: BenchOptions) => string[] };
}

const WORKS: Readonly<Record<string, Work>> = {
  wdl_gradient: {
    ours: (dataset, { iterations, gamma, alpha, invert, atoms, repeat }) =>
      wdlGradient(dataset, { sinkhornIterations: iterations, gamma, alpha, invert, atoms, repeat }),
    peer: {
      script: "wdl_gradient.py",
      args: (images, { iterations, gamma, alpha, invert, atoms, repeat }) => [
        images,
        ...Object.entries({ iterations, gamma, alpha, atoms, repeat }).flatMap(([name, value]) => [
          `--${name}`,
          `${value}`,
        ]),
        ...(invert ? ["--invert"] : []),
      ],
    },
  },
};

/** `otlearn bench [work]`: JSON lines, one a program; with `--peers` also the ratios peer / ours. */
export async function benchCommand(
  name: string | undefined,
  given: Readonly<Record<string, unknown>>,
  flags: OutputFlags,
): Promise<number> {
  if (name !== undefined && !Object.hasOwn(WORKS, name)) {
    throw new InputError(`bench ${name}: unknown; known are ${Object.keys(WORKS).join(", ")}`);
  }
  const options = resolveOptions(benchOptions, given);
  await useBackend("wasm");
  const dataset = await loadChoice(options, wdlComponent);
  for (const work of name === undefined ? Object.values(WORKS) : [WORKS[name]]) {
    const ours = await work.ours(dataset, options);
    print(ours);
    if (options.peers) await comparePeer(work, ours, dataset, options, flags);
  }
  return ExitStatus.done;
}

/** Ours, the peer, and ours again, so that a machine that slows down does not favour either; the better of ours counts. */
async function comparePeer(
  work: Work,
  first: BenchResult,
  dataset: Dataset,
  options: BenchOptions,
  flags: OutputFlags,
) {
  const folder = await mkdtemp(join(tmpdir(), "otlearn-bench-"));
  try {
    const images = join(folder, "images.npy");
    await writeNpy(images, dataset.values);
    const peer = await runPeer(work.peer.script, work.peer.args(images, options));
    if ("skipped" in peer) {
      if (!flags.quiet) process.stderr.write(`peer skipped: ${peer.skipped}\n`);
      return;
    }
    print(peer.result);
    const again = await work.ours(dataset, options);
    const seconds = Math.min(first.seconds, again.seconds);
    print({ work: first.work, ratio: peer.result.seconds / seconds, peer: peer.result["dtype"] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
