import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { transformWithOxc } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as core from "../src/index.ts";
import * as models from "../models/index.ts";
import * as training from "../training/index.ts";
import { launch, noBrowser } from "./support/browser.ts";
import { otlearn } from "./support/cli.ts";
import { openBundle } from "./support/open-bundle.ts";
import { bundlePage } from "./support/page-bundle.ts";
import { pageWork } from "./support/page-work.ts";
import { temporaryFolder } from "./support/temporary.ts";

/** Modules of Node's that a bundle asks for. Those that tfjs itself asks for are empty in a browser, by its own package. */
const builtins = (modules: readonly string[]): string[] => modules.filter((id) => id.includes("browser-external:"));

describe("in a page's script", () => {
  it.each([
    [`export * from "otlearn"`, 1700],
    [`export * from "otlearn/models"`, 1000],
    [`export * from "otlearn/training"`, 2700], // all backends among them, each loaded when it is taken
    [`export { train } from "otlearn/training"; export { wdlTask } from "otlearn/models";`, 250],
  ])("%s asks for nothing of Node's and has less than %i kB", async (code, most) => {
    const { modules, bytes } = await bundlePage(code);
    expect(modules.length).toBeGreaterThan(50);
    expect(builtins(modules)).toEqual([]);
    process.stdout.write(`${code}: ${Math.round(bytes / 1000)} kB\n`);
    expect(bytes / 1000).toBeLessThan(most);
  });

  it("a module of Node's would be found", async () => {
    const { modules } = await bundlePage(`import { readFile } from "node:fs/promises"; readFile("x");`);
    expect(builtins(modules)).not.toEqual([]);
  });
});

const PAGE = (work: string): string => `
import * as core from "otlearn";
import * as models from "otlearn/models";
import * as training from "otlearn/training";
${work}
window.work = (backend) => pageWork({ core, models, training }, backend);
`;

describe.skipIf(noBrowser)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch({ webgpu: true });
  });
  afterAll(() => browser?.close());

  it.each([
    ["wasm", 1e-4],
    ["webgpu", 1e-3],
  ] as const)("%s computes and learns what Node does, and otlearn eval opens the run", async (backend, relative) => {
    const source = fileURLToPath(new URL("support/page-work.ts", import.meta.url));
    const { code } = await transformWithOxc(await readFile(source, "utf8"), source, {
      typescript: { onlyRemoveTypeImports: true },
    });
    const { page, faults } = await openBundle(browser, PAGE(code.replace("export async", "async")));
    await page.waitForFunction("window.work");
    const found = (await page.evaluate(`work("${backend}")`)) as Awaited<ReturnType<typeof pageWork>>;
    const expected = await pageWork({ core, models, training }, "wasm");

    expect(found).toMatchObject({ backend, status: "completed" });
    for (const key of ["potentials", "mean", "losses", "atoms"] as const) {
      expect(found[key]).toBeAllclose(expected[key], { relative, absolute: relative * 1e-2 });
    }
    expect(found.needsNode).toMatch(/^InputError: reading and writing files needs Node; this is a browser/);

    const folder = await temporaryFolder();
    await writeFile(join(folder, "run.zip"), Buffer.from(found.archive, "base64"));
    const { code: status, stdout } = await otlearn(["eval", "run.zip"], { cwd: folder });
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { loss: number }).loss).toBeCloseTo(found.losses.at(-1)!, 3);
    expect(faults).toEqual([]);
  });
});
