import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RunError } from "../../../src/errors.ts";
import { MetricsLog } from "../../../training/loop/metrics-log.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const one = '{"step":1,"seconds":0.5}\n';
const two = '{"step":2,"seconds":1}\n';

it.each<[name: string, before: string, step: number, after: string]>([
  ["nothing", "", 0, ""],
  ["all lines of a later step", one + two, 1, one],
  ["all lines where nothing was saved", one + two, 0, ""],
  ["no line that is due", one + two, 7, one + two],
  ["a torn last line", `${one}{"step":2,"sec`, 2, one],
  ["a last line of zeros, as a power failure leaves them", `${one}\0\0\0\0`, 2, one],
  ["a line that is no object", `${one}null\n${two}`, 2, one],
])("cuts off %s", async (_, before, step, after) => {
  const path = join(await temporaryFolder(), "metrics.jsonl");
  await writeFile(path, before);
  const log = await MetricsLog.open(path, step);
  expect(await readFile(path, "utf8")).toBe(after);
  await log.append({ step: step + 1, seconds: 3, loss: NaN });
  await log.flush();
  await log.close();
  expect(await readFile(path, "utf8")).toBe(`${after}{"step":${step + 1},"seconds":3,"loss":null}\n`);
});

it.runIf(process.platform === "linux")("says in one line that the disk is full", async () => {
  const path = join(await temporaryFolder(), "metrics.jsonl");
  await symlink("/dev/full", path); // a device of Linux on which every write fails with ENOSPC
  const log = await MetricsLog.open(path, 0);
  await expect(log.append({ step: 1, seconds: 1 })).rejects.toThrow(
    new RunError(`${path}: cannot be written: the disk is full`),
  );
  await log.close();
});
