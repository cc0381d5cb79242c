import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../../eval/report.ts";
import { drawnFigures, keepScreenshot, launch, noBrowser, watch } from "../../support/browser.ts";
import { compiledRoot } from "../../support/compiled.ts";
import { everySection } from "../../support/every-view.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** The compiled module, which finds the page's script as it has just been built. */
interface Document {
  renderReport(report: Report): Promise<string>;
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1100, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1100, height: 900 } },
  "phone, light": { colorScheme: "light", viewport: { width: 360, height: 740 } },
  "phone, dark": { colorScheme: "dark", viewport: { width: 360, height: 740 } },
} as const;

describe.skipIf(noBrowser)("a report with every kind of section and view", () => {
  let browser: Browser;
  let file: string;
  beforeAll(async () => {
    browser = await launch();
    const { renderReport } = (await import(join(await compiledRoot(), "eval", "html", "document.js"))) as Document;
    file = join(await temporaryFolder(afterAll), "report.html");
    const highlights = [{ label: "PSNR", value: 31.4, note: "dB" }];
    await writeFile(
      file,
      await renderReport({ title: "Everything", subtitle: "of all kinds", highlights, sections: await everySection() }),
    );
  });
  afterAll(() => browser.close());

  it.each(Object.entries(LOOKS))(
    "%s: axe-core finds nothing, no figure fails, nothing is wider than the page",
    async (name, look) => {
      const page = await browser.newPage({ ...look, bypassCSP: true }); // axe is a script that the page would not let in
      const faults = watch(page);
      await page.goto(pathToFileURL(file).href);
      await drawnFigures(page);
      await page.$$eval("details", (all) =>
        all.forEach((details) => ((details as unknown as { open: boolean }).open = true)),
      );
      await page.waitForSelector(".view:not([data-state])", { state: "detached" });
      expect(new Set(await drawnFigures(page))).toEqual(new Set(["drawn"]));
      await keepScreenshot(page, `everything-${name.replace(", ", "-")}`);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it("gives each figure its data, and files that are named after it", async () => {
    const page = await browser.newPage({ viewport: LOOKS.light.viewport });
    const faults = watch(page);
    await page.goto(pathToFileURL(file).href);
    await drawnFigures(page);
    for (const figure of await page.locator("section:not(:has(> details)) figure:has(.view)").all()) {
      const title = await figure.locator("xpath=ancestor::section[1]").locator("h2").innerText();
      const name = title.toLowerCase().replaceAll(" ", "-");
      await figure.locator("summary:text-is('Data')").click();
      await figure.locator(".data tbody tr").first().waitFor();
      for (const [button, ending] of [
        ["Save as SVG", "svg"],
        ["Save as PNG", "png"],
      ]) {
        const download = page.waitForEvent("download");
        await figure.getByRole("button", { name: button }).click();
        expect((await download).suggestedFilename()).toBe(`${name}.${ending}`);
        const content = await readFile(await (await download).path());
        expect(content.length).toBeGreaterThan(500);
        if (ending === "png") expect(content.subarray(1, 4).toString()).toBe("PNG");
        else expect(content.toString()).toMatch(/^<svg[^>]* width="\d/);
      }
    }
    expect(faults).toEqual([]);
    await page.close();
  });
});

/** What axe-core objects to, of any impact, one line a rule and element. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const { violations: found } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
  return found.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ target, failureSummary = "" }) => `${id} (${impact}): ${target.join(" ")}: ${failureSummary.split("\n")[1]}`,
    ),
  );
}
