import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { csvParse } from "d3-dsv";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack } from "../../../eval/packed.ts";
import { spriteOf } from "../../../eval/pictures/sprite.ts";
import { readNpy } from "../../../src/data/npy.ts";
import { rowOf, toFloat64 } from "../../../src/tensor/ndarray.ts";
import { drawnFigures, keepScreenshot, launch, noBrowser, watch } from "../../support/browser.ts";
import { otlearn, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { openView } from "../../support/view-page.ts";

const RUNS = {
  images: [...TRAIN_SMALL, "--iterations", "6", "--warm-restart", "2"],
  curves: "train wdl --backend cpu --dataset gaussians-1d --atoms 3 --iterations 6".split(" "),
} as const;

describe.skipIf(noBrowser)("morphing in Chromium, from disk", () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await launch();
    folder = await temporaryFolder(afterAll);
    await writeBumps(folder);
    for (const [name, words] of Object.entries(RUNS)) {
      expect(await otlearn([...words, "--quiet", "--out", name], { cwd: folder })).toMatchObject({ code: 0 });
    }
  });
  afterAll(() => browser.close());

  async function open(run: string, before = ""): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    await page.addInitScript(before);
    const faults = watch(page);
    await page.goto(pathToFileURL(join(folder, run, "report.html")).href);
    expect(new Set(await drawnFigures(page))).toEqual(new Set(["drawn"]));
    return { page, faults };
  }

  it.each(Object.keys(RUNS))("%s: at a data point's weights the barycenter is its reconstruction", async (run) => {
    const { page, faults } = await open(run);
    const { data, shape } = toFloat64(await readNpy(join(folder, run, "result", "reconstructions.npy")));
    const weights = toFloat64(await readNpy(join(folder, run, "result", "weights.npy")));
    const pixels = data.length / shape[0];
    for (const point of [0, 3]) {
      await page.selectOption("label:has-text('Show') select", { index: 1 + weights.shape[1] + point });
      await shows(page, Array.from(rowOf(weights.data, weights.shape[1], point)));
      const download = page.waitForEvent("download");
      await page.click("text=Download this barycenter");
      const rows = csvParse(await readFile(await (await download).path(), "utf8"));
      const values = rows.map(({ mass }) => Number(mass));
      expect(values).toBeAllclose(rowOf(data, pixels, point), { relative: 1e-3, absolute: 1e-6 });
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  it("a slider moves the weights, the handle and the picture", async () => {
    const { page, faults } = await open("images");
    expect(page.workers()).toHaveLength(1);
    const before = await pictureOf(page);
    const slider = page.locator(".sliders input").first();
    await slider.fill("0.8");
    await shows(page, [0.8, 0.1, 0.1]);
    expect(await pictureOf(page)).not.toBe(before);
    expect(await slider.getAttribute("aria-valuetext")).toBe("80 %");
    expect(await page.getAttribute(".handle", "aria-valuetext")).toBe("atom 1 80 %, atom 2 10 %, atom 3 10 %");
    expect(await page.locator("label:has-text('Show') select").inputValue()).toBe("");
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await shows(page, [0.81, 0.095, 0.095]);
    await keepScreenshot(page, "morph-slider");
    expect(faults).toEqual([]);
    await page.close();
  });

  it("the handle moves by arrow keys and by the pointer, a dot is its data point", async () => {
    const { page, faults } = await open("images");
    await page.focus(".handle");
    for (let press = 0; press < 30; press++) await page.keyboard.press("ArrowUp");
    await shows(page, [1, 0, 0]); // the first corner is on top
    await page.locator(".pad").scrollIntoViewIfNeeded(); // the pointer is nowhere else
    const pad = (await page.locator(".pad .outline").boundingBox())!;
    await page.mouse.move(pad.x + pad.width / 2, pad.y + pad.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(pad.x + pad.width - 1, pad.y + pad.height - 1, { steps: 8 });
    await page.mouse.move(pad.x + 4 * pad.width, pad.y + 3 * pad.height);
    await page.mouse.up();
    await shows(page, [0, 1, 0]);
    await page.locator(".pad .dot").nth(2).click({ force: true });
    const { data, shape } = toFloat64(await readNpy(join(folder, "images", "result", "weights.npy")));
    const chosen = Number(await page.locator("label:has-text('Show') select").inputValue()) - 1 - shape[1];
    expect(chosen).toBeGreaterThanOrEqual(0);
    await shows(page, Array.from(rowOf(data, shape[1], chosen)));
    expect(faults).toEqual([]);
    await page.close();
  });

  it("where a browser lets no worker run, the page computes", async () => {
    const { page, faults } = await open("images", "delete globalThis.Worker");
    expect(page.workers()).toHaveLength(0);
    const before = await pictureOf(page);
    await page.locator(".sliders input").first().fill("0.9");
    await shows(page, [0.9, 0.05, 0.05]);
    expect(await pictureOf(page)).not.toBe(before);
    expect(faults).toEqual([]);
    await page.close();
  });

  it("on a lattice the slider snaps to what was computed, in both directions", async () => {
    const shades = Array.from({ length: 27 }, (_, frame) => new Uint8Array(6).fill(9 * frame));
    const sprite = await spriteOf(shades, 3, 2);
    const { page, faults } = await openView(browser, {
      kind: "morph",
      shape: [2, 3],
      names: ["a"],
      weights: pack(Float64Array.of(1, 0, 0)),
      masses: pack(Float64Array.of(1)),
      mass: 1,
      tone: { alpha: 1, invert: false },
      source: { kind: "lattice", atoms: [0, 1, 2], steps: 9, frames: { kind: "images", sprite } },
    });
    const shade = async () => {
      const picture = sharp(await page.locator(".morph-picture canvas").screenshot()).extractChannel(0);
      const [middle] = await picture.extract({ left: 40, top: 40, width: 1, height: 1 }).raw().toBuffer();
      return middle;
    };
    expect(await shade()).toBe(9 * 4);
    await page.locator(".sliders input").press("ArrowRight");
    expect(await shade()).toBe(9 * 5);
    await page.locator(".controls select").last().selectOption("atom 3");
    expect(await shade()).toBe(9 * (9 + 5));
    await page.locator(".controls select").first().selectOption("atom 3"); // the ends change places
    expect(await page.locator(".controls select").last().inputValue()).toBe("0");
    expect(await shade()).toBe(9 * (9 + 3));
    expect(faults).toEqual([]);
    await page.close();
  });
});

/** Waits until the picture shows the barycenter of these weights. */
async function shows(page: Page, weights: readonly number[]): Promise<void> {
  const shown = async () => (await page.getAttribute(".morph-picture > *", "data-weights"))!.split(" ").map(Number);
  await expect.poll(shown).toEqual(weights.map((weight) => expect.closeTo(weight, 4)));
}

/** The pixels on the screen. */
async function pictureOf(page: Page): Promise<string> {
  return (await page.locator(".morph-picture > [role=img]").screenshot()).toString("base64");
}
