import { availableParallelism, cpus } from "node:os";
import "../../models/sinkinit/released.ts";
import { dataFolder } from "../../src/data/download.ts";
import { datasets } from "../../src/data/registry.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import { describeGpuRule, probeBackends } from "../../src/tensor/backend.ts";
import { initializerNames } from "../../src/transport/initializers/by-name.ts";
import { version } from "../../src/version.ts";
import { components } from "../components/index.ts";
import type { OutputFlags } from "./common-options.ts";
import { ExitStatus } from "./exit-status.ts";

/** `otlearn info`: what was found on this machine, and why the rest was not. */
export async function infoCommand({ json }: OutputFlags): Promise<number> {
  const { addon, file, origin, detail } = nativeStatus();
  const info = {
    otlearn: version,
    node: process.version,
    machine: `${process.platform} ${process.arch}, ${availableParallelism()} x ${cpus()[0]?.model ?? "unknown"}`,
    native: {
      available: addon !== undefined,
      detail: origin ? `${origin}, ${detail}` : detail,
      origin,
      file,
      ...addon?.describe(),
    },
    backends: await probeBackends(),
    gpu: await describeGpuRule(),
    tasks: Object.keys(components),
    datasets: Object.keys(datasets),
    initializers: initializerNames(),
    cache: dataFolder(),
  };
  process.stdout.write(json ? `${JSON.stringify(info)}\n` : describe(info));
  return ExitStatus.done;
}

interface Finding {
  readonly available: boolean;
  readonly detail: string;
}

function describe(info: {
  readonly otlearn: string;
  readonly node: string;
  readonly machine: string;
  readonly native: Finding;
  readonly backends: readonly (Finding & { readonly name: string })[];
  readonly gpu: string;
  readonly tasks: readonly string[];
  readonly datasets: readonly string[];
  readonly initializers: readonly string[];
  readonly cache: string;
}): string {
  const finding = ({ available, detail }: Finding) => `${available ? "yes" : "no "}  ${detail}`;
  const rows: (readonly [string, string])[] = [
    ["otlearn", info.otlearn],
    ["node", info.node],
    ["machine", info.machine],
    ["native kernels", finding(info.native)],
    ...info.backends.map((backend) => [`backend ${backend.name}`, finding(backend)] as const),
    ["auto takes webgpu", info.gpu],
    ["tasks", info.tasks.join(", ")],
    ["data sets", info.datasets.join(", ")],
    ["starts of sinkhorn", info.initializers.join(", ")],
    ["cache", info.cache],
  ];
  return rows.map(([name, value]) => `${name.padEnd(20)}${value}\n`).join("");
}
