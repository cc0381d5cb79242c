// What a device does in a second, measured by four small kernels: the floors of benchmarks, and the choice of a backend, go by it.
import type { Rates } from "./cost.ts";
import type { Kernel } from "./kernel.ts";
import { finished } from "./finished.ts";
import { allocate, asTensor, launch, release } from "./launch.ts";
import { WORKGROUP_INDEX } from "./wgsl.ts";

export interface MeasuredRates extends Rates {
  /** From the end of the work to a number of it on the host. */
  readonly readBackSeconds: number;
}

const THREADS = 64;

/** Every launch needs what the one before it wrote. */
const STEP: Kernel = {
  name: "rate of launches",
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(1)
fn main() { x[0] += 1; }`,
  buffers: ["write"],
};

const COPY: Kernel = {
  name: "rate of memory",
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;
${WORKGROUP_INDEX}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = ${THREADS} * workgroup_index(id, count) + lane;
  if (at < arrayLength(&copy)) { copy[at] = source[at]; }
}`,
  buffers: ["read", "write"],
};

/** Four sums of vectors that don't depend on each other, so that the latency of a multiply-add is hidden. */
const MULTIPLY: Kernel = {
  name: "rate of multiply-adds",
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> sums: array<f32>;
struct Uniforms { factor: f32, turns: u32 }
@group(0) @binding(1) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = ${THREADS} * workgroup_index(id, count) + lane;
  let factor = vec4f(uniforms.factor);
  let term = vec4f(f32(at), 1, 2, 3);
  var a = term; var b = term.yzwx; var c = term.zwxy; var d = term.wxyz;
  for (var turn = 0u; turn < uniforms.turns; turn++) {
    a = fma(a, factor, term); b = fma(b, factor, term); c = fma(c, factor, term); d = fma(d, factor, term);
  }
  if (at < arrayLength(&sums)) { sums[at] = dot(a + b, c + d); }
}`,
  buffers: ["write"],
  uniforms: true,
};
const OPERATIONS_A_TURN = 2 * 4 * 4;

/** Beyond the caches of the largest cards, and within a binding of any. */
const MOST_COPIED = 2 ** 24;
/** Enough for all units of a card. */
const MULTIPLIERS = 2 ** 18;
const MOST_TURNS = 2 ** 16;
/** Long beside the cost of waiting, short beside what drivers allow: work is enlarged until it takes so long. */
const LONG_SECONDS = 0.02;
/** Of clocks. */
const LEAST_SECONDS = 1e-6;

/** Rates of the current backend's device, which is `webgpu`. Takes some tenths of a second; allocates 128 MiB and frees them. */
export async function measureRates(): Promise<MeasuredRates> {
  const [source, result] = [allocate([MOST_COPIED]), allocate([MOST_COPIED])];
  const step = () => launch(STEP, { buffers: [result], constants: {}, workgroups: 1 });
  const copy = (count: number) => {
    const buffers = [source, result].map((tensor) => ({ tensor, from: 0, count }));
    launch(COPY, { buffers, constants: {}, workgroups: count / 4 / THREADS });
  };
  const multiply = (turns: number) => {
    const uniforms = new Uint32Array([0, turns]);
    new Float32Array(uniforms.buffer)[0] = 0.5;
    const buffers = [{ tensor: result, from: 0, count: MULTIPLIERS }];
    launch(MULTIPLY, { buffers, constants: {}, uniforms, workgroups: MULTIPLIERS / THREADS });
  };
  try {
    const copies = await largest(copy, 2 ** 20, MOST_COPIED);
    const products = await largest(multiply, 1, MOST_TURNS);
    return {
      secondsPerLaunch: await secondsEach(step, 64),
      bytesPerSecond: (2 * Float32Array.BYTES_PER_ELEMENT * copies.size) / copies.seconds,
      operationsPerSecond: (OPERATIONS_A_TURN * MULTIPLIERS * products.size) / products.seconds,
      readBackSeconds: await readBack(),
    };
  } finally {
    release(source, result);
  }
}

/** Work of the first size, of those that go on by factors of 4, that takes long; and its seconds. */
async function largest(record: (size: number) => void, first: number, most: number) {
  for (let size = first; ; size *= 4) {
    const seconds = await secondsEach(() => record(size), 1);
    if (seconds >= LONG_SECONDS || 4 * size > most) return { size, seconds };
  }
}

/** Of one more, from so many more: what it takes to hand over and to wait is in both sides of the difference. */
async function secondsEach(record: () => void, more: number): Promise<number> {
  await secondsOf(record, 1); // compiles
  let [one, all] = [Infinity, Infinity];
  for (let attempt = 0; attempt < 3; attempt++) {
    one = Math.min(one, await secondsOf(record, 1));
    all = Math.min(all, await secondsOf(record, 1 + more));
  }
  return Math.max(all - one, LEAST_SECONDS) / more;
}

async function secondsOf(record: () => void, times: number): Promise<number> {
  const start = performance.now();
  for (let time = 0; time < times; time++) record();
  await finished();
  return (performance.now() - start) / 1000;
}

async function readBack(): Promise<number> {
  let best = Infinity;
  for (let attempt = 0; attempt < 3; attempt++) {
    const number = asTensor(allocate([1]));
    launch(STEP, { buffers: [number], constants: {}, workgroups: 1 });
    await finished();
    const start = performance.now();
    await number.data();
    best = Math.min(best, (performance.now() - start) / 1000);
    number.dispose();
  }
  return best;
}
