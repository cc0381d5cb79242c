import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { surfaceScatter } from "../../../eval/pictures/surface-scatter.ts";
import { sphereWires } from "../../../eval/pictures/surface-wires.ts";
import type { SurfaceView } from "../../../eval/views.ts";
import { Random } from "../../../src/tensor/random.ts";
import { keepScreenshot, launch, noBrowser } from "../../support/browser.ts";
import { openView } from "../../support/view-page.ts";

const VIEW: SurfaceView = {
  kind: "surface",
  sets: [
    { name: "X", names: ["<b>front</b>", "back"], labels: ["near", "far"], points: [[1, 0, 0], [-1, 0, 0]] },
    { name: "Y", names: ["top"], labels: [null], points: [[0, 0, 1]] },
  ],
  wires: sphereWires(1),
  eye: { azimuth: 0, elevation: 0 },
}; // prettier-ignore

describe.skipIf(noBrowser)("a surface in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launch()));
  afterAll(() => browser.close());

  const eye = (page: Page) => page.locator(".turn").first().getAttribute("data-eye");
  const hintAtMiddle = async (page: Page) => {
    const { x, y, width } = (await page.locator(".turn").first().boundingBox())!;
    await page.mouse.move(x + width / 2 - 1, y + width / 2);
    await page.mouse.move(x + width / 2, y + width / 2);
    const hint = page.locator(".turn-hint").first();
    return (await hint.isVisible()) ? hint.innerText() : "";
  };

  it("names the nearest point under the pointer, as text, and not those that are muted", async () => {
    const { page, faults } = await openView(browser, VIEW);
    expect(await hintAtMiddle(page)).toBe("X: <b>front</b>\nnear");
    await keepScreenshot(page, "surface");
    await page.getByRole("button", { name: "near" }).click();
    await expect.poll(() => hintAtMiddle(page)).toBe("X: back\nfar");
    await page.getByRole("button", { name: "X" }).click();
    await expect.poll(() => hintAtMiddle(page)).toBe("");
    expect(faults).toEqual([]);
    await page.close();
  });

  it("turns by keys, buttons and drag, and not by itself", async () => {
    const { page, faults } = await openView(browser, VIEW);
    expect(await eye(page)).toBe("0.0 0.0");
    await page.locator(".turn").focus();
    for (let press = 0; press < 9; press++) await page.keyboard.press("ArrowDown");
    await expect.poll(() => eye(page)).toBe("0.0 90.0");
    expect(await hintAtMiddle(page)).toBe("Y: top\nno class");
    await page.getByRole("button", { name: "Reset the view" }).click();
    await page.getByRole("button", { name: "Turn right" }).click();
    await expect.poll(() => eye(page)).toBe("-10.0 0.0");
    const { x, y } = (await page.locator(".turn").boundingBox())!;
    await page.mouse.move(x + 100, y + 100);
    await page.mouse.down();
    await page.mouse.move(x + 140, y + 120, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => eye(page)).toBe("-30.0 10.0");
    expect(faults).toEqual([]);
    await page.close();
  });

  it("draws sets beside each other that turn together, on a phone below, as the light changes", async () => {
    const random = Random.fromSeed(3);
    const data = () => Float64Array.from({ length: 3 * 2500 }, () => random.normal());
    const sets = ["X", "Y"].map((name) => ({ name, points: { shape: [2500, 3], data: data() } }));
    const { view } = (await surfaceScatter(sets, { panels: true })) as { view: SurfaceView };
    const options = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 };
    const { page, faults } = await openView(browser, view, options);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.locator(".turn").last().focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.locator(".turn").evaluateAll((all) => new Set(all.map((one) => one.dataset["eye"])).size)).toBe(1); // prettier-ignore
    const ratios = await page.locator("canvas.turn").evaluateAll((all) => {
      return all.map((canvas) => Number(canvas.getAttribute("width")) / canvas.clientWidth);
    });
    expect(ratios).toEqual([2, 2]);
    await page.emulateMedia({ colorScheme: "dark" });
    await keepScreenshot(page, "surface-phone-dark");
    expect(faults).toEqual([]);
    await page.close();
  });
});
