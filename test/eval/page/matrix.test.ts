import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MatrixView } from "../../../eval/views.ts";
import { keepScreenshot, launch, noBrowser } from "../../support/browser.ts";
import { hintAt, openView } from "../../support/view-page.ts";

const SIDE = { title: "sample", names: ["<b>first</b>", "second", "third"], labels: ["round", null, "square"] };
const inOrder = (...order: number[]) => ({ order, bounds: [0, 1, 2, 3] });
const VIEW: MatrixView = {
  kind: "matrix",
  valueTitle: "distance",
  rows: SIDE,
  columns: SIDE,
  orders: [
    { title: "as given", rows: inOrder(0, 1, 2), columns: inOrder(0, 1, 2), values: [[0, 1, 2], [1, 0, 3], [2, 3, 0]] },
    { title: "backwards", rows: inOrder(2, 1, 0), columns: inOrder(2, 1, 0), values: [[0, 3, 2], [3, 0, 1], [2, 1, 0]] },
  ],
}; // prettier-ignore

describe.skipIf(noBrowser)("a matrix in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launch()));
  afterAll(() => browser.close());

  it("shows both names, classes and the entry on hover, in the order that keys choose", async () => {
    const { page, faults } = await openView(browser, VIEW);
    const cell = ".chart .role-mark.mark-rect path:nth-of-type(2)"; // row 1 of column 0: cells go by columns
    expect(await page.locator(".chart .role-mark.mark-rect path").count()).toBe(9);
    expect((await hintAt(page, cell, 5, 5)).split(/\s*\n\s*|\t/)).toEqual(
      ["sample", "second", "class", "none", "other sample", "<b>first</b>", "its class", "round", "distance", "1"], // prettier-ignore
    );
    await page.mouse.move(0, 0);
    await page.getByRole("radio", { name: "as given" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => hintAt(page, cell, 5, 5)).toMatch(/other sample\s+third/);
    await keepScreenshot(page, "matrix");
    expect(faults).toEqual([]);
    await page.close();
  });

  it("tells what is in a block, and has a table for each order where entries are pooled", async () => {
    const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
    const side = { title: "sample", names, labels: names.map((_, index) => (index < 7 ? "a" : "b")) };
    const blocks = { order: names.map((_, index) => index), bounds: [0, 5, 10] };
    const order = { title: "as given", rows: blocks, columns: blocks, values: [[1, 2], [2, 3]] }; // prettier-ignore
    const { page, faults } = await openView(browser, {
      ...VIEW,
      rows: side,
      columns: side,
      orders: [order, { ...order, title: "again" }],
    });
    const hint = await hintAt(page, ".chart .role-mark.mark-rect path:nth-of-type(2)", 5, 5);
    expect(hint).toMatch(/sample\s+n5, n6, n7 and 2 more\s+class\s+b 3, a 2/);
    await page.getByText("Data", { exact: true }).click();
    await expect.poll(() => page.locator(".data tbody tr").count()).toBe(8);
    expect(faults).toEqual([]);
    await page.close();
  });
});
