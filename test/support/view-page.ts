import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import type { renderReport } from "../../eval/html/document.ts";
import type { View } from "../../eval/views.ts";
import { drawnFigures, watch } from "./browser.ts";
import { compiledRoot } from "./compiled.ts";
import { temporaryFolder } from "./temporary.ts";

type PageOptions = Parameters<Browser["newPage"]>[0];

/** A report of one view, opened from disk and drawn; `faults` grows while the page is used, and should stay empty. */
export async function openView(
  browser: Browser,
  view: View,
  options?: PageOptions,
): Promise<{ readonly page: Page; readonly faults: string[] }> {
  const folder = await temporaryFolder();
  const module = (await import(join(await compiledRoot(), "eval/html/document.js"))) as {
    readonly renderReport: typeof renderReport;
  };
  const picture = { kind: "svg", svg: '<svg width="400"></svg>', view } as const;
  const sections = [{ kind: "figure", title: "Figure", caption: "a view", picture } as const];
  const file = join(folder, "report.html");
  await writeFile(file, await module.renderReport({ title: "A view", sections }));
  const page = await browser.newPage(options);
  const faults = watch(page);
  await page.goto(pathToFileURL(file).href);
  expect(await drawnFigures(page)).toEqual(["drawn"]);
  return { page, faults };
}

/** The hint that shows at the pointer, as text. */
export async function hintAt(page: Page, selector: string, x: number, y: number): Promise<string> {
  const box = (await page.locator(selector).boundingBox())!;
  await page.mouse.move(box.x + x - 3, box.y + y);
  await page.mouse.move(box.x + x, box.y + y, { steps: 3 });
  const hint = page.locator("#vg-tooltip-element.visible");
  await hint.waitFor();
  return hint.innerText();
}
