import type { Browser, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { watch } from "./browser.ts";
import { serveFiles } from "./file-server.ts";
import { bundlePage } from "./page-bundle.ts";

/**
 * A page of one script, bundled and served as a person's would be; `faults` grows while the page is used, and should stay empty.
 *
 * @param finished `onTestFinished`, or for a page of many tests what ends with them
 */
export async function openBundle(
  browser: Browser,
  code: string,
  finished = onTestFinished,
): Promise<{ readonly page: Page; readonly faults: string[] }> {
  const { files, entry } = await bundlePage(code, finished);
  const html = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="${entry}"></script>`;
  const { url } = await serveFiles({ ...files, "/": Buffer.from(html) }, finished);
  const page = await browser.newPage();
  const faults = watch(page);
  await page.goto(url);
  return { page, faults };
}
