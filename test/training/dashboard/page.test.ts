import { readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Dashboard } from "../../../training/dashboard/server.ts";
import { keepScreenshot, launch, noBrowser, watch } from "../../support/browser.ts";
import { otlearn, startOtlearn, TRAIN_LONG, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { endTraining, fallingLoss, openDashboard, writeRun } from "../../support/dashboard.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const LONG_NAME = "a-run-with-a-name-that-is-as-long-as-those-are-which-people-give";

/** Until something holds, on a busy machine too. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 90_000 });

/** What the browser says of a server that is not there. */
const NO_SERVER = /^console: Failed to load resource: net::ERR_(CONNECTION|INCOMPLETE_CHUNKED|EMPTY_RESPONSE)/;

describe.skipIf(noBrowser)("the dashboard in Chromium", () => {
  let browser: Browser;
  let axe: string;
  beforeAll(async () => {
    browser = await launch();
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  });
  afterAll(() => browser.close());

  async function open(dashboard: Dashboard, options = {}): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage(options);
    onTestFinished(() => page.close());
    const faults = watch(page);
    await page.goto(dashboard.url);
    await page.waitForSelector(".runs li");
    return { page, faults };
  }

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const found = (await page.evaluate("axe.run({ iframes: false })")) as {
      violations: { id: string; help: string }[];
    };
    return found.violations.map(({ id, help }) => `${id}: ${help}`);
  }

  const state = (page: Page, text: string) => page.waitForSelector(`.progress .state:text-is("${text}")`);
  const stepOf = async (page: Page) => Number(/step (\d+)/.exec(await page.innerText(".bar"))?.[1]);
  const curve = (page: Page) =>
    page.getAttribute(".curves-chart path[d^='M'][stroke-width='1.75'], .curves-chart .mark-line path", "d");

  it("a run gains points while it goes on, is stopped, looked at and resumed, and survives a restart of the server", async () => {
    const folder = await temporaryFolder();
    const training = await startOtlearn([...TRAIN_LONG, "--out", "runs/live"], { cwd: folder });
    endTraining(join(folder, "runs/live"));
    await soon(() => readFile(join(folder, "runs/live/metrics.jsonl"), "utf8").catch(() => "")).toContain("\n");
    const first = await openDashboard(join(folder, "runs"));
    const { page, faults } = await open(first);
    expect(page.url()).toBe(first.url.replace(/#.*/, "#/")); // the token is in no history
    await page.click(".runs a");

    await state(page, "running");
    await page.waitForSelector(".curves-chart svg");
    const [before, drawn] = [await stepOf(page), await curve(page)];
    await soon(() => stepOf(page)).toBeGreaterThan(before);
    await soon(() => curve(page)).not.toBe(drawn);
    await keepScreenshot(page, "dashboard-running");

    await page.click("button:text-is('Stop')");
    await state(page, "interrupted");
    expect((await training.ended).code).toBe(130);
    const stopped = await stepOf(page);
    await page.click("button:text-is('What is learned so far')");
    const learned = page.frameLocator("iframe[title='What is learned so far']");
    await learned.locator("h1").waitFor();
    expect(await learned.locator("h1").innerText()).toBe("Learned start for Sinkhorn");
    await page.click("button:text-is('Resume')");
    await soon(() => stepOf(page)).toBeGreaterThan(stopped);
    expect(faults).toEqual([]);

    await first.close();
    await page.waitForSelector(".connection.lost");
    const second = await openDashboard(join(folder, "runs"), Number(new URL(first.url).port));
    await page.waitForSelector(".connection:not(.lost)");
    const [resumed, again] = [await stepOf(page), await curve(page)];
    await soon(() => stepOf(page)).toBeGreaterThan(resumed);
    await soon(() => curve(page)).not.toBe(again);
    expect(faults.filter((fault) => !NO_SERVER.test(fault))).toEqual([]);

    // The token was that of the first server.
    await page.click("button:text-is('Stop')");
    await page.waitForSelector("text=token: missing, or of an earlier start");
    const token = () => page.evaluate<string | null>("sessionStorage.getItem('otlearn-token')");
    const ofFirst = await token();
    await page.goto(second.addressOnce(join(folder, "runs", "live")));
    await soon(() => page.url()).toMatch(/#\/run\//); // the code is in no history either
    await soon(token).not.toBe(ofFirst); // it is good for a token once, which a reload before that would lose
    await page.reload();
    await page.click("button:text-is('Stop')");
    await state(page, "interrupted");
  });

  it("shows the report of a finished run in an origin of its own, where everything in it is drawn", async () => {
    const folder = await temporaryFolder();
    await writeBumps(folder);
    expect(
      await otlearn([...TRAIN_SMALL, "--iterations", "9", "--quiet", "--out", "runs/a"], { cwd: folder }),
    ).toMatchObject({ code: 0 });
    const { page, faults } = await open(await openDashboard(join(folder, "runs")));
    await page.click(".runs a");
    await state(page, "finished");
    const report = page.frameLocator("iframe[title='Report']");
    await report.locator("h1").waitFor();
    await report.locator(".view[data-state='drawn']").first().waitFor();
    expect(await report.locator("body").evaluate("self.origin")).toBe("null");
    expect(await report.locator(".view[data-state='failed']").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("a corrupt and a deleted run, and names with markup, are shown as what they are", async () => {
    const folder = await temporaryFolder();
    const name = `<img src=x onerror="document.title='hacked'">`;
    await writeRun(join(folder, name), { lines: fallingLoss(1, 5) });
    await writeRun(join(folder, "b"), { lines: fallingLoss(1, 5) });
    const { page, faults } = await open(await openDashboard(folder));
    expect(await page.innerText(`.runs a >> nth=0`)).toBe(name);
    await page.click(".runs a >> nth=0");
    await state(page, "interrupted");
    expect(await page.innerText("h1")).toBe(name);
    await writeFile(join(folder, name, "config.json"), "{");
    await state(page, "not readable");
    await page.waitForSelector(`.notice:text("config.json: damaged, not JSON")`);
    expect(await page.locator(".curves-chart svg").count()).toBeGreaterThan(0);
    await rm(join(folder, name), { recursive: true });
    await page.waitForSelector("text=This run is gone");
    await page.click("text=All runs");
    await soon(() => page.locator(".runs li").count()).toBe(1);
    expect(await page.title()).toBe("Runs · otlearn");
    expect(faults).toEqual([]);
  });

  it("a resume that fails says why on the page", async () => {
    const folder = await temporaryFolder();
    await writeRun(join(folder, "a"), { lines: fallingLoss(1, 3) });
    const { page } = await open(await openDashboard(folder));
    await page.click(".runs a");
    await page.click("button:text-is('Resume')");
    await page.waitForSelector(".notice:text('It could not be resumed: ')");
  });

  it.each(["light", "dark"] as const)(
    "axe finds nothing, and nothing is wider than a phone (%s)",
    async (colorScheme) => {
      const folder = await temporaryFolder();
      await writeRun(join(folder, LONG_NAME), {
        lines: fallingLoss(1, 50),
      });
      await writeRun(join(folder, "finished"), { steps: 5, lines: [...fallingLoss(1, 5), "rubbish\n"] });
      await writeFile(join(folder, "finished", "report.html"), "<!doctype html><title>r</title>");
      await rm(join(await writeRun(join(folder, "corrupt")), "config.json"));
      for (const viewport of [
        { width: 1100, height: 900 },
        { width: 360, height: 740 },
      ]) {
        const { page, faults } = await open(await openDashboard(folder), { colorScheme, viewport });
        for (const place of ["list", LONG_NAME, "finished", "corrupt"]) {
          if (place !== "list") {
            await page.click(`.runs a:text-is("${place}")`);
            await page.waitForSelector(place === "corrupt" ? ".notice" : ".curves-chart svg");
          }
          expect({ place, violations: await violations(page) }).toEqual({ place, violations: [] });
          expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
          await keepScreenshot(page, `dashboard-${place}-${colorScheme}-${viewport.width}`);
          if (place !== "list") await page.click("text=All runs");
          await page.waitForSelector(".runs li");
        }
        expect(faults).toEqual([]);
      }
    },
  );

  it("the keyboard alone leads to a run and back, and chooses runs to compare", async () => {
    const folder = await temporaryFolder();
    for (const name of ["a", "b"]) await writeRun(join(folder, name), { lines: fallingLoss(1, 5) });
    const { page } = await open(await openDashboard(folder));
    expect(await page.isDisabled("button:text('Compare')")).toBe(true);
    for (const label of ["Choose a", "Choose b"]) {
      await page.focus(`[aria-label="${label}"]`);
      await page.keyboard.press("Space");
    }
    expect(await page.innerText("button:text('Compare')")).toBe("Compare 2 runs");
    await page.keyboard.press("Tab"); // the name of the run
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1:text-is('b')");
    await page.goBack();
    await page.waitForSelector(".runs li");
  });
});
