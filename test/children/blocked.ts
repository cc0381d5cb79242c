// Listens for SIGINT as a run does, then blocks the main thread: in a loop, or inside a native function.
import { constants } from "node:os";
import { nativeStatus } from "../../src/native/loader.ts";

const addon = nativeStatus().addon!;
process.on("SIGINT", () => process.stdout.write("heard\n"));
addon.watchSignals([constants.signals.SIGINT, constants.signals.SIGTERM]);
if (process.argv[2] === "given-back") addon.unwatchSignals();
process.stdout.write("ready\n");
if (process.argv[2] === "native") {
  const n = 40;
  const masses = new Float32Array(n * n).fill(1 / n ** 2);
  addon.sinkhornOnGrid({
    epsilon: 0.01,
    size: [n, n],
    spacing: [1 / n, 1 / n],
    pairs: 1,
    iterations: 2 ** 31 - 1,
    checkEvery: 0,
    tolerance: 0,
    momentum: 1,
    domain: 0,
    output: 0,
    symmetric: false,
    a: masses,
    b: masses,
    start: undefined,
    f: new Float32Array(n * n),
    g: new Float32Array(n * n),
  });
} else if (process.argv[2] === "loop") {
  for (;;);
} else {
  setTimeout(() => process.stdout.write("went on\n"), 1000);
}
