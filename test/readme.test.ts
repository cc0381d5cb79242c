import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const text = await readFile(join(root, "README.md"), "utf8");
const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);

/** What each example prints, in order. */
const PRINTED = [
  /^placed 40,2 0\.\d+ Gromov-Wasserstein 0\.\d+ 40,30$/,
  /converged \d+ iterations/,
  /^value 0\.\d+ entries \d+ first from 0 to \d+ on average -?\d/,
  /^0\.\d+ \(\d+\) 0\.\d+ \(\d+\) 0\.\d+ \(\d+\) 0\.\d+ \(\d+\) exact 0\.\d+$/,
  /^third image from 0\.\d+,0\.\d+,0\.\d+ to 0\.\d+,0\.\d+,0\.\d+$/,
  /^divergence [2-9]\.\d+ to 0\.0\d+$/,
  /^exact mean 1\.39\d+ on the grid 1\.39\d+$/,
  /^4,64$/,
  /^losses( [\d.]+){5} atoms 128 weights 12 bytes \d+$/,
];

describe("README", () => {
  it.each(examples.map((code, index) => [index + 1, code] as const))("example %i runs", async (index, code) => {
    const file = join(root, "test", `.readme-example-${index}.ts`);
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      await writeFile(
        file,
        code
          .replaceAll('from "otlearn"', 'from "../src/index.ts"')
          .replaceAll('"otlearn/training"', '"../training/index.ts"')
          .replaceAll('"otlearn/models"', '"../models/index.ts"')
          .replaceAll('"otlearn/initializer"', '"../models/sinkinit/index.ts"'),
      );
      await import(file);
      expect(log).toHaveBeenCalledOnce();
      expect(log.mock.calls[0].join(" ")).toMatch(PRINTED[index - 1]);
    } finally {
      log.mockRestore();
      await rm(file, { force: true });
    }
  });

  it("has examples", () => expect(examples).toHaveLength(PRINTED.length));
});
