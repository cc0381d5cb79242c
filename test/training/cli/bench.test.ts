import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { backends } from "../../support/backends.ts";
import { jsonLines, otlearnHere } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

afterEach(() => vi.unstubAllEnvs());

/** A program in the place of Python that prints lines, and its arguments on a line that is no result. */
async function usePeer(...lines: readonly object[]): Promise<void> {
  const program = join(await temporaryFolder(), "peer.sh");
  const printed = lines.map((line) => `echo '${JSON.stringify(line)}'`);
  await writeFile(
    program,
    ["#!/bin/sh", ...printed, 'case "$*" in *--device=cuda*) ;; *) exit 3 ;; esac', ""].join("\n"),
  );
  await chmod(program, 0o755);
  vi.stubEnv("OTLEARN_PYTHON", program);
}

async function bench(words: string) {
  const { code, stdout, stderr } = await otlearnHere(["bench", ...words.split(" ")], await temporaryFolder());
  return { code, lines: jsonLines(stdout), stderr };
}

describe("otlearn bench --predict", () => {
  it("needs no device, says so, and passes over works of the host", async () => {
    const { code, lines, stderr } = await bench("--predict");
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ bytesPerSecond: 1e12, operationsPerSecond: 1.5e13 });
    expect(lines[0]["note"]).toContain("nothing was measured on a GPU");
    for (const work of ["wdl_gradient", "sinkhorn_batch", "sinkhorn_dense", "cloud_sinkhorn", "sinkinit_step"]) {
      const line = lines.find((line) => line["work"] === work)!;
      expect(line["predicted_seconds"]).toBeGreaterThan(line["floor_seconds"] as number);
    }
    expect(stderr).toContain("emd: not predicted, exact transport");
  });

  it("grows with the work", async () => {
    const seconds = async (words: string) => (await bench(`wdl_gradient --predict ${words}`)).lines[1]["floor_seconds"];
    const [one, twenty] = [await seconds("--size 32"), await seconds("--size 32 --copies 20")] as number[];
    expect(twenty / one).toBeGreaterThan(15);
    expect(twenty / one).toBeLessThan(25);
  });
});

describe("otlearn bench --peers", () => {
  it("gives the peer its device, compares each of its lines, and fails where values differ", async () => {
    const nn = { work: "matmul", size: 4, transposes: "nn", dtype: "peer", seconds: 1 };
    const words = "matmul --size 4 --repeat 1 --rounds 1 --backend cpu --peers --peer-device cuda";
    const { lines } = await bench("matmul --size 4 --repeat 1 --backend cpu");
    const { check } = lines.find((line) => line["transposes"] === "nn")!;
    await usePeer({ ...nn, check }, { ...nn, dtype: "another", check });
    const agreed = await bench(words);
    expect(agreed.code).toBe(0);
    expect(agreed.lines.slice(-2)).toMatchObject([
      { transposes: "nn", peer: "peer", agree: true },
      { transposes: "nn", peer: "another", agree: true },
    ]);
    await usePeer({ ...nn, check: 2 * (check as number) });
    expect((await bench(words)).code).toBe(1);
  });

  it("skips peers that cannot compute there", async () => {
    const { code, stderr } = await bench("emd1d --points 10 --repeat 1 --backend cpu --peers --peer-device cuda");
    expect(code).toBe(0);
    expect(stderr).toContain("peer skipped: emd1d.py computes on the processor only");
  });
});

describe.skipIf(!backends.includes("webgpu"))("otlearn bench --backend webgpu", () => {
  it("prints rates, and the floor beside each time", async () => {
    const { code, lines, stderr } = await bench("matmul --size 8 --repeat 1 --backend webgpu");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lines[0]["bytesPerSecond"]).toBeGreaterThan(0);
    const check = (await bench("matmul --size 8 --repeat 1 --backend cpu")).lines[0]["check"] as number;
    expect(lines).toHaveLength(5);
    for (const { launches, seconds, floor_seconds: floor, times_floor: ratio } of lines.slice(1)) {
      expect(launches).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeCloseTo((seconds as number) / (floor as number), 6);
    }
    expect(lines[1]["check"]).toBeCloseTo(check, 4);
  });

  it("says aloud what is the host's work", async () => {
    const { lines, stderr } = await bench("emd1d --points 10 --repeat 1 --backend webgpu");
    expect(stderr).toContain("emd1d: the host's work, whatever the backend: sorting in float64");
    expect(lines.slice(1).every((line) => !("floor_seconds" in line))).toBe(true);
  });
});
