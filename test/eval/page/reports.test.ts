import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../../training/dashboard/messages.ts";
import { drawnFigures, keepScreenshot, launch, noBrowser, watch } from "../../support/browser.ts";
import { otlearn } from "../../support/cli.ts";
import { ask, openDashboard } from "../../support/dashboard.ts";
import { ell, movedEll } from "../../support/ells.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const MOST_BYTES = 10_000_000;

/** A small run of each component, and of each kind of data that has pictures of its own. */
const RUNS = {
  "wdl of images": "train wdl --dataset faces --iterations 12 --size 32",
  "wdl of histograms": "train wdl --dataset gaussians-1d --atoms 3 --iterations 12",
  sinkinit:
    "train sinkinit --preset tiny --backend wasm --grid 8 --widths 16,16 --generator-widths 8 --batch 8 --limit 4 --samples 320 --evaluate-every 20",
  wsv: "train wsv --backend cpu --dataset torus --size 20x16 --tau 0.1",
  metric: "train metric --backend cpu --dataset torus --size 20x16 --method gaussian",
  "embed in the plane":
    "train embed --backend cpu --x x.csv --y y.csv --neighbors 3 --paired --labels-x labels.txt --labels-y labels.txt --resolution 6 --outer 4 --starts 2",
  "embed on a sphere":
    "train embed --backend cpu --x x.csv --y y.csv --neighbors 3 --target sphere --resolution 6 --outer 4 --starts 2",
} as const;

const csv = (rows: readonly (readonly number[])[]) => rows.map((row) => `${row.join(",")}\n`).join("");

describe.skipIf(noBrowser)("reports in Chromium, from disk and from the dashboard's server", () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await launch();
    folder = await temporaryFolder(afterAll);
    await writeFile(join(folder, "x.csv"), csv(ell(14)));
    await writeFile(join(folder, "y.csv"), csv(movedEll(14)));
    await writeFile(
      join(folder, "labels.txt"),
      ell(14)
        .map(([, y]) => (y > 0 ? "short\n" : "long\n"))
        .join(""),
    );
  });
  afterAll(() => browser.close());

  it.each(Object.entries(RUNS))("%s: every figure is drawn", async (name, words) => {
    const out = name.replaceAll(" ", "-");
    expect(await otlearn([...words.split(" "), "--quiet", "--out", out], { cwd: folder })).toMatchObject({
      code: 0,
      stderr: "",
    });
    const file = join(folder, out, "report.html");
    expect((await stat(file)).size).toBeLessThan(MOST_BYTES);
    const dashboard = await openDashboard(folder);
    const runs = JSON.parse((await ask(dashboard, "/runs")).text) as RunSummary[];
    const served = new URL(`/runs/${runs.find((run) => run.name === out)!.id}/report`, dashboard.url).href;
    for (const [look, options] of Object.entries(LOOKS)) {
      const page = await browser.newPage(options);
      const faults = watch(page);
      await page.goto(look === "served" ? served : pathToFileURL(file).href);
      const states = await drawnFigures(page);
      expect(states.length).toBeGreaterThan(0);
      expect(new Set(states)).toEqual(new Set(["drawn"]));
      // a page never scrolls sideways: what is wider scrolls inside itself
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      await keepScreenshot(page, `report-${out}-${look}`);
      expect(faults).toEqual([]);
      await page.close();
    }
  });
});

const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1100, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1100, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 360, height: 740 } },
  served: { colorScheme: "light", viewport: { width: 1100, height: 900 } },
} as const;
