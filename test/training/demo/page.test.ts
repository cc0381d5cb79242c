import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildDemo } from "../../../.config/pages.js";
import { writeGrayImage } from "../../../src/data/image-file.ts";
import { decodeNpy, readNpy } from "../../../src/data/npy.ts";
import { unzip } from "../../../src/data/zip.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import type * as server from "../../../training/demo/server.ts";
import { keepScreenshot, launch, noBrowser, watch } from "../../support/browser.ts";
import { jsonLines, otlearn, startOtlearn } from "../../support/cli.ts";
import { compiledRoot } from "../../support/compiled.ts";
import { ask } from "../../support/dashboard.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

describe.skipIf(noBrowser)("the demo in Chromium", () => {
  let browser: Browser;
  let demo: server.Demo;
  beforeAll(async () => {
    const root = await compiledRoot();
    await buildDemo(root);
    const { startDemo } = (await import(join(root, "training", "demo", "server.js"))) as typeof server;
    demo = await startDemo({ port: 0 });
    browser = await launch({ webgpu: true });
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  async function open(options = {}): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage(options);
    onTestFinished(() => page.close());
    const faults = watch(page);
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith("http") && `${origin}/` !== demo.url) faults.push(`elsewhere: ${request.url()}`);
    });
    await page.goto(demo.url);
    return { page, faults };
  }

  async function choose(page: Page, { atoms = 3, steps = 3, backend = "auto" }): Promise<void> {
    await page.getByLabel("Atoms").fill(String(atoms));
    await page.getByLabel("Steps").fill(String(steps));
    await page.getByLabel("Backend").selectOption(backend);
  }

  async function takeFaces(page: Page): Promise<void> {
    await page.getByLabel("Pixels a side").selectOption("16");
    await page.click("button:text-is('Take the drawn faces')");
    await page.waitForSelector("text=20 images of 16 x 16 pixels");
  }

  const learn = (page: Page) => page.click("button:text-is('Learn')");
  const ended = (page: Page, steps: number) => page.waitForSelector(`text=completed after ${steps} steps`);
  const weights = (page: Page) => page.getAttribute(".morph-picture > canvas", "data-weights");
  const pixels = (page: Page) =>
    page.$eval(".morph-picture > canvas", (canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());

  /** Saves what a button gives into a folder. */
  async function download(page: Page, folder: string, name: string): Promise<string> {
    const given = page.waitForEvent("download");
    await page.click(`button:text-is('Download ${name}')`);
    expect((await given).suggestedFilename()).toBe(name);
    const path = join(folder, name);
    await (await given).saveAs(path);
    return path;
  }

  it("the faces are learned, dragged, downloaded, and opened by otlearn eval", async () => {
    const { page, faults } = await open({ viewport: { width: 1100, height: 900 } });
    expect(await page.isDisabled("button:text-is('Learn')")).toBe(true);
    await takeFaces(page);
    await choose(page, { steps: 8 });
    await learn(page);
    await page.waitForSelector(".atoms canvas");
    await ended(page, 8);
    expect(await page.innerText(".backend")).toMatch(/^Backend: \w+ \(.*fastest here for optimal transport/);
    await page.waitForSelector(".curves-chart svg");
    await page.waitForSelector(".morph-picture > canvas[data-weights]");
    await keepScreenshot(page, "demo-light");

    const [before, drawn] = [await weights(page), await pixels(page)];
    await page.locator(".pad .handle").scrollIntoViewIfNeeded();
    const handle = (await page.locator(".pad .handle").boundingBox())!;
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await page.mouse.down();
    await page.mouse.move(handle.x + 25, handle.y - 20, { steps: 3 });
    await page.mouse.up();
    await expect.poll(() => weights(page)).not.toBe(before);
    await expect.poll(() => pixels(page)).not.toBe(drawn);
    expect(await page.inputValue(".sliders label:nth-of-type(1) input")).not.toBe("0.33");

    const folder = await temporaryFolder();
    const atoms = await readNpy(await download(page, folder, "atoms.npy"));
    expect(atoms.shape).toEqual([3, 16, 16]);
    expect((await readNpy(await download(page, folder, "weights.npy"))).shape).toEqual([20, 3]);
    await download(page, folder, "run.zip");
    const { code, stdout, stderr } = await otlearn(["eval", "run.zip", "--out", "evaluated"], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { loss, iterations } = JSON.parse(stdout) as { loss: number; iterations: number };
    const rows = jsonLines(new TextDecoder().decode((await unzipped(join(folder, "run.zip"))).get("metrics.jsonl")));
    expect(rows).toHaveLength(8);
    expect(loss).toBe(rows.at(-1)!["loss"]);
    expect(iterations).toBe(8);
    expect((await readNpy(join(folder, "evaluated", "result", "atoms.npy"))).data).toEqual(atoms.data);
    expect(faults).toEqual([]);
  });

  it("images of a folder are learned on WebGPU, and go with the run", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "spots"));
    for (const place of [1, 3, 6]) {
      await writeGrayImage(join(folder, "spots", `spot-${place}.png`), spotAt(place));
    }
    await writeFile(join(folder, "spots", "notes.txt"), "no image");
    const { page, faults } = await open();
    await page.locator("input[type=file]").first().setInputFiles(join(folder, "spots"));
    await page.waitForSelector("text=3 images of 8 x 8 pixels; 1 files are no images that this browser reads");
    await choose(page, { atoms: 2, steps: 1, backend: "webgpu" });
    await learn(page);
    await ended(page, 1);
    expect(await page.innerText(".backend")).toMatch(/^Backend: webgpu \(.*swiftshader.*\), as asked for/);
    const entries = await unzipped(await download(page, folder, "run.zip"));
    expect([...entries.keys()].sort()).toEqual([
      "checkpoints/step-000001/manifest.json",
      "checkpoints/step-000001/state.safetensors",
      "config.json",
      "data.npy",
      "metrics.jsonl",
    ]);
    expect(decodeNpy(entries.get("data.npy")!, "data.npy").data.slice(0, 64)).toEqual(
      Float64Array.from(spotAt(1).data),
    );
    expect(await otlearn(["eval", "run.zip"], { cwd: folder })).toMatchObject({ code: 0 });
    expect(faults).toEqual([]);
  });

  it("a training is stopped and kept, files that are dropped are read, and what is no image is said", async () => {
    const { page, faults } = await open();
    await takeFaces(page);
    await choose(page, { steps: 1000 });
    await learn(page);
    await page.waitForSelector(".atoms canvas");
    await page.click("button:text-is('Stop')");
    await page.waitForSelector("text=/interrupted after \\d+ steps: asked to stop/");
    await page.waitForSelector("button:text-is('Download run.zip')");

    const drop = (name: string, bytes: number[]) =>
      page.evaluate(`{
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([Uint8Array.of(${bytes})], "${name}"));
        document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      }`);
    await drop("notes.txt", [1, 2, 3]);
    await page.waitForSelector(
      "text=The images cannot be read: none of the 1 files is an image that this browser reads",
    );
    expect(await page.isDisabled("button:text-is('Learn')")).toBe(true);
    const path = join(await temporaryFolder(), "spot.png");
    await writeGrayImage(path, spotAt(3));
    await drop("spot.png", [...(await readFile(path))]);
    await page.waitForSelector("text=1 images of 8 x 8 pixels");
    await learn(page); // 3 atoms of one image
    await page.waitForSelector("text=It cannot go on: ");
    expect(faults).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "axe finds nothing, and nothing is wider than the page (%s)",
    async (colorScheme) => {
      for (const viewport of [
        { width: 1100, height: 900 },
        { width: 360, height: 740 },
      ]) {
        const { page, faults } = await open({ colorScheme, viewport, bypassCSP: true }); // axe is a script of ours
        await takeFaces(page);
        await choose(page, {});
        for (const isLearned of [false, true]) {
          if (isLearned) {
            await learn(page);
            await ended(page, 3);
            await page.waitForSelector(".morph-picture > canvas[data-weights]");
            await page.waitForSelector(".curves-chart svg");
          }
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        }
        await keepScreenshot(page, `demo-${colorScheme}-${viewport.width}`);
        expect(faults).toEqual([]);
      }
    },
  );

  it("the server answers nobody else, and nothing else", async () => {
    expect(await ask(demo, "/", { headers: { host: "example.org" } })).toMatchObject({ status: 403 });
    expect(await ask(demo, "/", { method: "POST" })).toMatchObject({ status: 403 });
    expect(await ask(demo, "/worker.js")).toMatchObject({ status: 200 });
    expect(await ask(demo, "/LICENSES.md")).toMatchObject({ status: 404 });
    expect(await ask(demo, "/faces?size=9999")).toEqual(
      expect.objectContaining({ status: 400, text: "size: faces are drawn up to 1024 pixels, got 9999\n" }),
    );
  });

  it("the command prints the address, and ends on Ctrl-C", async () => {
    const { child, ended: end } = await startOtlearn(["demo", "--port", "0"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = (await once(child.stdout!, "data")) as [Buffer];
    const answer = await fetch(String(line).trim());
    expect(answer.headers.get("content-security-policy")).toContain("connect-src 'self'");
    expect(await answer.text()).toContain('<main id="demo">');
    child.kill("SIGINT");
    expect(await end).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^a dictionary learns in the page.*\n$/),
    });
  });
});

/** A bright square on black, 8 x 8. */
function spotAt(place: number) {
  const near = (at: number) => Math.abs(at - place) < 2;
  return ndarray(
    Uint8Array.from({ length: 64 }, (_, at) => (near(Math.floor(at / 8)) && near(at % 8) ? 250 : 10)),
    [8, 8],
  );
}

async function unzipped(path: string): Promise<Map<string, Uint8Array>> {
  return unzip(await readFile(path), path, () => true);
}

/** What axe-core objects to, one line a rule and element. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const { violations: found } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}
