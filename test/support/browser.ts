import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { vi } from "vitest";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

// a browser and the training that it shows take their time on a busy machine
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

/** Why tests with a browser are left out; undefined where there is one. */
export const noBrowser = existsSync(CHROMIUM) ? undefined : `no browser at ${CHROMIUM} (or where CHROMIUM says)`;

/** By these, pages have a WebGPU device without a graphics card: a program stands in for it, by the last one ten times faster. */
const SOFTWARE_WEBGPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
];

/** Starts the browser; with `webgpu`, pages have a device of it where the browser can make one. */
export function launch({ webgpu = false } = {}): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS.split(" "), ...(webgpu ? SOFTWARE_WEBGPU : [])] });
}

/** What went wrong on a page while it was watched: lines of the console, exceptions, requests that would leave the machine. */
export function watch(page: Page): string[] {
  const faults: string[] = [];
  page.setDefaultTimeout(90_000);
  page.on("console", (line) => {
    if (["error", "warning"].includes(line.type())) faults.push(`console: ${line.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isLocal = ["file:", "data:", "blob:"].includes(protocol) || ["127.0.0.1", "localhost"].includes(hostname);
    if (!isLocal) faults.push(`request: ${request.url()}`);
  });
  return faults;
}

/** Waits until every figure that is not folded up has been drawn, or could not be; returns the state of each (undefined: folded up). */
export async function drawnFigures(page: Page): Promise<(string | undefined)[]> {
  await page.waitForSelector("html[data-drawn]", { state: "attached" });
  return page.$$eval(".view", (boxes) => boxes.map((box) => box.dataset["state"]));
}

/** Keeps a screenshot for people to look at, where `SCREENSHOTS` names a folder. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
