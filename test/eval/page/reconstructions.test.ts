import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "playwright-core";
import { formatDecibels } from "../../../eval/format.ts";
import { readNpy } from "../../../src/data/npy.ts";
import { toFloat64 } from "../../../src/tensor/ndarray.ts";
import { drawnFigures, keepScreenshot, launch, noBrowser, watch } from "../../support/browser.ts";
import { otlearn, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe.skipIf(noBrowser)("looking at reconstructions in Chromium, from disk", () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await launch();
    folder = await temporaryFolder(afterAll);
    await writeBumps(folder);
    const words = [...TRAIN_SMALL, "--iterations", "4", "--quiet", "--out", "run"];
    expect(await otlearn(words, { cwd: folder })).toMatchObject({ code: 0 });
  });
  afterAll(() => browser.close());

  it("a data point is chosen by keys, buttons and pointer, and shown with PSNR, difference and weights", async () => {
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    const faults = watch(page);
    await page.goto(pathToFileURL(join(folder, "run", "report.html")).href);
    await drawnFigures(page);
    const weights = toFloat64(await readNpy(join(folder, "run", "result", "weights.npy")));
    const figure = page.locator("figure:has(.reconstructions)");
    const shown = () => figure.locator(".words").allInnerTexts();
    const picture = async () =>
      (await figure.locator(".reconstructions canvas").nth(1).screenshot()).toString("base64");

    // the table of the report has the same figures
    const table = page.locator("section:has-text('PSNR of each data point')").last().locator("tbody tr");
    const psnr = async (point: number) => (await table.nth(point).locator("td").allTextContents()).map(Number);
    const expectPoint = async (point: number) => {
      const words = await shown();
      for (const [method, value] of (await psnr(point)).entries()) {
        expect(words[1 + 2 * method]).toContain(formatDecibels(value, 2));
        expect(words[2 + 2 * method]).toMatch(/^difference \(white: \d+\)$/);
      }
      const bars = await figure.locator(".weight-bars td.number").allInnerTexts();
      expect(bars).toEqual([0, 1, 2].map((atom) => `${(100 * weights.data[3 * point + atom]).toFixed(1)} %`));
    };

    await expectPoint(0);
    const first = await picture();
    await figure.getByRole("button", { name: "Next" }).press("Enter");
    await expectPoint(1);
    expect(await picture()).not.toBe(first);
    await figure.getByRole("button", { name: "Previous" }).click();
    expect(await picture()).toBe(first);
    await figure.locator("select").focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press("ArrowDown");
    await expectPoint(3);
    await figure.locator(".strip button").nth(11).click();
    await expectPoint(11);
    expect(await figure.getByRole("button", { name: "Next" }).isDisabled()).toBe(true);
    await keepScreenshot(page, "reconstructions");
    expect(faults).toEqual([]);
    await page.close();
  });
});
