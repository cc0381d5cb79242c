import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Report } from "../../../eval/report.ts";
import type { CurvesView } from "../../../eval/views.ts";
import { drawnFigures, keepScreenshot, launch, noBrowser, watch } from "../../support/browser.ts";
import { compiledRoot } from "../../support/compiled.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** On a busy machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 60_000 });
const STEPS = 10_000;
const step = Array.from({ length: STEPS }, (_, at) => at + 1);

function runOf(name: string, factor: number) {
  const metrics = Object.fromEntries(
    ["a", "b", "c", "d", "e", "f", "loss"].map((metric, at) => [metric, step.map((x) => factor * (at + 1 + 1000 / x))]),
  );
  const psnr = step.map((x) => (x % 100 === 0 ? 20 + factor * Math.log(x) : null));
  return { name, columns: { step, seconds: step.map((x) => x / 4), ...metrics, psnr } };
}

function view(...runs: CurvesView["runs"]): CurvesView {
  return {
    kind: "curves",
    stepTitle: "iteration",
    panels: [
      { title: "loss", metrics: ["loss"], scale: "log" },
      { title: "parts", metrics: ["a", "b", "c", "d", "e", "f"], scale: "linear" },
      { title: "PSNR (dB)", metrics: ["psnr"], scale: "linear" },
    ],
    levels: [{ metric: "psnr", name: "PCA", value: 26 }],
    runs,
  };
}

/** With the script that was built for the tests. */
interface Rendering {
  readonly renderReport: (report: Report) => Promise<string>;
}

describe.skipIf(noBrowser)("curves in Chromium", () => {
  let browser: Browser;
  let folder: string;
  let page: Page;
  let faults: string[];
  beforeAll(async () => {
    browser = await launch();
    folder = await temporaryFolder(afterAll);
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1100, height: 600 } });
    faults = watch(page);
  });
  afterAll(() => browser.close());

  async function open(shown: CurvesView): Promise<void> {
    const file = join(folder, "page.html");
    const { renderReport } = (await import(join(await compiledRoot(), "eval", "html", "document.js"))) as Rendering;
    const picture = { kind: "view", view: shown } as const;
    const report = { title: "Curves", sections: [{ kind: "figure", picture, caption: "Curves." } as const] };
    await writeFile(file, await renderReport(report));
    await page.goto(pathToFileURL(file).href);
    expect(await drawnFigures(page)).toEqual(["drawn"]);
  }

  const plot = (index: number) => page.locator(".curves-plot").nth(index);
  const tip = (index: number) => plot(index).locator(".curves-tip");
  /** Labels of an axis in order, x before y: elements that stay keep their place among new ones. */
  async function ticks(index: number, axis = 0): Promise<number[]> {
    const labels = await plot(index).locator(".role-axis-label").nth(axis).locator("text").allTextContents();
    return labels.map((label) => Number(label.replaceAll(",", ""))).sort((a, b) => a - b);
  }
  const lines = (index: number) => plot(index).locator(".mark-line path").count();

  /** CSS pixels from the first dot to the line that it lies on. */
  const distanceOfDot = (index: number): Promise<number> =>
    page.evaluate(`(() => {
      const plot = document.querySelectorAll(".curves-plot")[${index}];
      const dot = plot.querySelector(".curves-dot").getBoundingClientRect();
      const [x, y] = [(dot.left + dot.right) / 2, (dot.top + dot.bottom) / 2];
      const line = plot.querySelector(".mark-line path");
      const at = new DOMPoint(x, y).matrixTransform(line.getScreenCTM().inverse());
      const length = line.getTotalLength();
      const points = Array.from({ length: 20001 }, (_, share) => line.getPointAtLength((length * share) / 20000));
      return Math.min(...points.map((point) => Math.hypot(point.x - at.x, point.y - at.y)));
    })()`);

  it("draws the panels of 10 000 steps and tells the values at the nearest step", async () => {
    await open(view(runOf("one", 1)));
    expect(await page.locator(".curves-head h3").allTextContents()).toEqual(["loss", "parts", "PSNR (dB)"]);
    expect([await lines(0), await lines(1), await lines(2)]).toEqual([1, 6, 1]);
    expect(await plot(2).locator(".mark-text.role-mark text").allTextContents()).toEqual(["PCA 26"]);
    await plot(1).hover({ position: { x: 250, y: 90 } });
    await tip(1).waitFor();
    const [title, ...values] = await tip(1).locator("> div").allTextContents();
    expect(title).toMatch(/^iteration \d+$/);
    const at = Number(title.split(" ")[1]);
    expect(values).toHaveLength(6);
    expect(values[0]).toBe(`a ${Number((1 + 1000 / at).toPrecision(4))}`);
    expect(await tip(0).isVisible()).toBe(false);
    expect(await distanceOfDot(1)).toBeLessThan(1);
    expect(await plot(0).locator(".curves-rule").isVisible()).toBe(true); // the same step in the other panels
    await plot(2).hover({ position: { x: 250, y: 90 } });
    expect((await tip(2).locator("> div").first().textContent())!).toMatch(/^iteration \d+00$/); // only these have a PSNR
    await keepScreenshot(page, "curves-one-run");
    expect(faults).toEqual([]);
  });

  it("changes x and the scale of a panel", async () => {
    await open(view(runOf("one", 1)));
    expect((await ticks(0)).at(-1)).toBe(10_000);
    await page.getByRole("radio", { name: "seconds" }).check();
    await soon(async () => (await ticks(0)).at(-1)).toBe(2500);
    const heights = () => ticks(0, 1);
    const before = await heights();
    await page.getByRole("checkbox", { name: "log" }).first().uncheck();
    await soon(heights).not.toEqual(before);
    expect(faults).toEqual([]);
  });

  it("zooms by mouse, in all panels, and back", async () => {
    await open(view(runOf("one", 1)));
    const all = await ticks(2);
    const whole = page.getByRole("button", { name: "Show all steps" });
    expect(await whole.isDisabled()).toBe(true);
    const { x, y } = (await plot(0).boundingBox())!;
    await page.mouse.move(x + 150, y + 80);
    await page.mouse.down();
    await page.mouse.move(x + 200, y + 90, { steps: 4 });
    await page.mouse.up();
    await soon(() => ticks(2)).not.toEqual(all);
    const dragged = await ticks(2);
    await page.mouse.wheel(0, -200); // the drag has given it the focus
    await soon(() => ticks(2)).not.toEqual(dragged);
    await whole.click();
    await soon(() => ticks(2)).toEqual(all);
    await page.mouse.move(x + 300, y + 80);
    await page.evaluate("document.activeElement.blur()");
    await page.mouse.wheel(0, 50);
    await soon(() => page.evaluate("scrollY")).toBeGreaterThan(0); // without the focus it scrolls the page
    expect(await ticks(2)).toEqual(all);
    await plot(0).press("+");
    await soon(() => ticks(2)).not.toEqual(all);
    await plot(0).dblclick({ position: { x: 200, y: 80 } });
    await soon(() => ticks(2)).toEqual(all);
    expect(faults).toEqual([]);
  });

  it("reads and zooms by keyboard", async () => {
    await open(view(runOf("one", 1)));
    const all = await ticks(0);
    await page.keyboard.press("Tab"); // x
    await page.keyboard.press("Tab"); // scale of the first panel
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement === document.querySelector('.curves-plot')")).toBe(true);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await soon(() => tip(0).locator("> div").first().textContent()).toBe("iteration 12");
    await page.keyboard.press("+");
    await soon(() => ticks(0)).not.toEqual(all);
    await page.keyboard.press("0");
    await soon(() => ticks(0)).toEqual(all);
    await page.keyboard.press("End");
    await soon(() => tip(0).locator("> div").first().textContent()).toBe("iteration 10000");
    await page.keyboard.press("Escape");
    expect(await tip(0).isVisible()).toBe(false);
    expect(faults).toEqual([]);
  });

  it("makes room for labels that become longer", async () => {
    await open(view(runOf("one", 1)));
    const cut = (index: number): Promise<string[]> =>
      page.evaluate(`(() => {
        const plot = document.querySelectorAll(".curves-plot")[${index}];
        const { left } = plot.querySelector("svg").getBoundingClientRect();
        const labels = [...plot.querySelectorAll(".role-axis-label text")];
        return labels.filter((label) => label.getBoundingClientRect().left < left).map(({ textContent }) => textContent);
      })()`);
    const longest = async (index: number) => Math.max(...(await ticks(index, 1)).map((tick) => String(tick).length));
    expect(await longest(2)).toBe(2);
    await plot(2).press("End");
    for (let press = 0; press < 6; press++) await plot(2).press("+");
    await soon(() => longest(2)).toBeGreaterThan(3);
    for (const index of [0, 1, 2]) expect(await cut(index)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("colours runs, and hides one by its name in the legend", async () => {
    await open(view(runOf("one", 1), runOf("two", 2)));
    expect(await page.locator(".curves-panel").count()).toBe(8); // parts are divided, as runs have the colours
    expect(await lines(0)).toBe(2);
    await page.getByRole("button", { name: "one" }).click();
    await soon(() => lines(0)).toBe(1);
    expect(await page.getByRole("button", { name: "one" }).getAttribute("aria-pressed")).toBe("false");
    await plot(0).hover({ position: { x: 250, y: 90 } });
    expect(await tip(0).locator("> div").allTextContents()).toEqual([
      expect.any(String),
      expect.stringMatching(/^two /),
    ]);
    await keepScreenshot(page, "curves-two-runs");
    expect(faults).toEqual([]);
  });

  it("has all steps as text", async () => {
    await open(view(runOf("one", 1)));
    await page.getByText("Data", { exact: true }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: /^Download 10000 rows/ }).click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString().split("\n");
    expect(text[0]).toBe("step,seconds,a,b,c,d,e,f,loss,psnr");
    expect(text).toHaveLength(STEPS + 1);
    expect(faults).toEqual([]);
  });
});
