import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PointsView } from "../../../eval/views.ts";
import { keepScreenshot, launch, noBrowser } from "../../support/browser.ts";
import { hintAt, openView } from "../../support/view-page.ts";

const VIEW: PointsView = {
  kind: "points",
  what: "sample",
  names: ["<b>first</b>", "second", "third", "fourth"],
  labels: ["round", "round", null, "square"],
  layouts: [
    { title: "UMAP", points: [[0, 0], [1, 1], [-1, 1], [1, -1]] },
    { title: "t-SNE", rows: [3, 1], points: [[0, 0], [5, 5]] },
  ],
}; // prettier-ignore

describe.skipIf(noBrowser)("points in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launch()));
  afterAll(() => browser.close());

  const middle = (page: Parameters<typeof hintAt>[0]) =>
    page.$eval(".chart svg", (chart) => chart.getBoundingClientRect().width / 2);
  const marks = ".chart .mark-symbol path";

  it("shows name and class on hover, as text, in each layout", async () => {
    const { page, faults } = await openView(browser, VIEW);
    const at = await middle(page);
    expect(await page.locator(marks).count()).toBe(4);
    expect(await hintAt(page, ".chart svg", at, at)).toMatch(/sample\s+<b>first<\/b>\s+class\s+round/);
    await page.getByText("t-SNE").click();
    await expect.poll(() => page.locator(marks).count()).toBe(2);
    await keepScreenshot(page, "points");
    expect(faults).toEqual([]);
    await page.close();
  });

  it("is worked by keys: another layout, classes muted, nearer and back", async () => {
    const { page, faults } = await openView(browser, VIEW);
    const opacities = () => page.locator(marks).evaluateAll((all) => all.map((mark) => mark.getAttribute("opacity")));
    const place = () => page.locator(marks).last().getAttribute("transform");
    const before = await place();
    await page.getByRole("button", { name: "round" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(opacities).toEqual(["0.3", "0.06", "0.06", "0.8"]);
    await page.getByRole("button", { name: "Zoom in" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(place).not.toBe(before);
    await page.getByRole("button", { name: "Reset the zoom" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(place).toBe(before);
    await page.getByRole("radio", { name: "UMAP" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(opacities).toEqual(["0.06", "0.8"]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it("has the points of all layouts in its table", async () => {
    const { page } = await openView(browser, VIEW);
    await page.getByText("Data", { exact: true }).click();
    await page.locator(".data tbody tr").first().waitFor();
    const rows = await page.locator(".data tbody tr").allInnerTexts();
    expect(rows.map((row) => row.split("\t"))).toEqual([
      ["<b>first</b>", "round", "0", "0", "–", "–"],
      ["second", "round", "1", "1", "5", "5"],
      ["third", "", "-1", "1", "–", "–"],
      ["fourth", "square", "1", "-1", "0", "0"],
    ]);
    await page.close();
  });
});
