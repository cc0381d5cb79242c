import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, beforeEach, expect } from "vitest";
import type { KernelLimits } from "../../src/webgpu/limits.ts";
import { launch } from "./browser.ts";
import { compiledRoot } from "./compiled.ts";
import type { Given, Outcome, perform, start, Works } from "./in-page/works.ts";
import { openBundle } from "./open-bundle.ts";

interface Window {
  readonly start: typeof start;
  readonly perform: typeof perform;
}

/**
 * One page in a browser with WebGPU for the tests of a block, which are left out where the browser has none. Of each kind of work the
 * first is done twice: it must have the same bits again and leave nothing on the device. Nothing may go wrong on the page.
 */
export function browserWorks() {
  let page: Page;
  let faults: string[];
  let hasWebgpu: boolean;
  const kinds = new Set<string>();

  beforeAll(async () => {
    const ends: (() => unknown)[] = [];
    const browser = await launch({ webgpu: true });
    ends.push(() => browser.close());
    const module = JSON.stringify(join(await compiledRoot(), "test/support/in-page/works.js"));
    const code = `import { start, perform } from ${module}; Object.assign(window, { start, perform });`;
    ({ page, faults } = await openBundle(browser, code, (end) => void ends.push(end as () => unknown)));
    await page.waitForFunction("window.start");
    hasWebgpu = await page.evaluate(() => (globalThis as unknown as Window).start());
    return async () => {
      for (const end of ends) await end();
    };
  });

  beforeEach(({ skip }) => skip(!hasWebgpu, "no WebGPU adapter in the browser"));

  /** Does one of the works of in-page/works.ts, under limits that are lowered for it. */
  return async <Name extends keyof Works>(name: Name, given: Given<Name>, limits: Partial<KernelLimits> = {}) => {
    const kind = JSON.stringify([name, limits, "ground" in given && given.ground.kind]);
    const settings = { limits, repeated: !kinds.has(kind) };
    kinds.add(kind);
    const { found, again } = (await page.evaluate(
      ([name, given, settings]) =>
        (globalThis as unknown as Window).perform(name as never, given as never, settings) as Promise<unknown>,
      [name, given, settings] as const,
    )) as Outcome<Name>;
    if (again) expect(again).toEqual({ found, tensors: 0, bytes: 0 });
    expect(faults).toEqual([]);
    return found;
  };
}
