import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { describe, expect, it } from "vitest";
import { launch, noBrowser } from "../../support/browser.ts";
import { serveFiles } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { compiledRoot } from "../../support/compiled.ts";

const RELEASED = new URL("../../../models/sinkinit/released/learned-28.safetensors", import.meta.url);

/** What a person's page does: bundled by Vite, no module of Node's in it. */
const PAGE = `
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { loadInitializer, sinkhorn, unitGrid } from "otlearn/initializer";

async function solve() {
  await tf.setBackend("cpu");
  const initializer = await loadInitializer("/learned-28.safetensors");
  const bump = (row, column) => {
    const mass = Float32Array.from({ length: 784 }, (_, i) =>
      Math.exp(-((Math.floor(i / 28) - row) ** 2 + ((i % 28) - column) ** 2) / 20) + 1e-3);
    const total = mass.reduce((sum, value) => sum + value, 0);
    return tf.tensor2d(mass.map((value) => value / total), [1, 784]);
  };
  const options = { epsilon: 0.01, tolerance: 0.02, checkEvery: 1, maxIterations: 150 };
  const problem = [bump(8, 8), bump(20, 17), unitGrid([28, 28])];
  const cold = await sinkhorn(...problem, options);
  const warm = await sinkhorn(...problem, { ...options, initializer });
  return { cold: cold.iterations, warm: warm.iterations, status: warm.status };
}
solve().then((result) => (window.result = result), (error) => (window.result = { error: String(error) }));
`;

describe.skipIf(noBrowser)("otlearn/initializer in Chromium", () => {
  it("loads a learned start and saves iterations", async () => {
    const folder = await temporaryFolder();
    const entry = join(folder, "page.js");
    await writeFile(entry, PAGE);
    const bundles = (await build({
      configFile: false,
      logLevel: "error",
      resolve: {
        alias: {
          "otlearn/initializer": join(await compiledRoot(), "models", "sinkinit", "index.js"),
          "@tensorflow": join(process.cwd(), "node_modules", "@tensorflow"),
        },
      },
      build: { write: false, target: "es2022", lib: { entry, formats: ["iife"], name: "page" } },
    })) as { output: { code?: string }[] }[];
    const script = bundles[0].output.map(({ code }) => code ?? "").join("\n");
    const { url } = await serveFiles({
      "/": Buffer.from(
        `<!doctype html><meta charset="utf-8"><script>${script.replaceAll("</script", "<\\/script")}</script>`,
      ),
      "/learned-28.safetensors": await readFile(RELEASED),
    });
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(url);
      const result = await page.waitForFunction("window.result", undefined, { timeout: 50_000 });
      const value = (await result.jsonValue()) as { cold: number; warm: number; status: string };
      expect(value).toMatchObject({ status: "converged" });
      expect(value.warm).toBeLessThan(value.cold);
    } finally {
      await browser.close();
    }
  }, 120_000);
});
