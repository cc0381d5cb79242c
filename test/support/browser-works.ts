import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, beforeEach, expect } from "vitest";
import type { KernelLimits } from "../../src/webgpu/limits.ts";
import { launch } from "./browser.ts";
import { compiledRoot } from "./compiled.ts";
import type { start, twice, Works } from "./in-page/works.ts";
import { openBundle } from "./open-bundle.ts";

/** Does one of the works of in-page/works.ts, under limits that are lowered for it. */
export type RunWork = <Name extends keyof Works>(
  name: Name,
  given: Parameters<Works[Name]>[0],
  limits?: Partial<KernelLimits>,
) => Promise<Awaited<ReturnType<Works[Name]>>>;

interface Window {
  readonly start: typeof start;
  readonly twice: typeof twice;
}

/**
 * One page in a browser with WebGPU for the tests of a block, which are left out where the browser has none. What its works find
 * must have the same bits a second time, leave nothing on the device, and nothing may go wrong on the page.
 */
export function browserWorks(): RunWork {
  let page: Page;
  let faults: string[];
  let noWebgpu: string | undefined;

  beforeAll(async () => {
    const ends: (() => unknown)[] = [];
    const browser = await launch({ webgpu: true });
    ends.push(() => browser.close());
    const module = JSON.stringify(join(await compiledRoot(), "test/support/in-page/works.js"));
    const code = `import { start, twice } from ${module}; Object.assign(window, { start, twice });`;
    ({ page, faults } = await openBundle(browser, code, (end) => void ends.push(end as () => unknown)));
    await page.waitForFunction("window.start");
    noWebgpu = await page.evaluate(() => (globalThis as unknown as Window).start());
    return async () => {
      for (const end of ends) await end();
    };
  });

  beforeEach(({ skip }) => skip(noWebgpu !== undefined, `in Chromium, ${noWebgpu}`));

  return async (name, given, limits = {}) => {
    const { found, again, left } = (await page.evaluate(
      ([name, given, limits]) =>
        (globalThis as unknown as Window).twice(name as never, given as never, limits) as Promise<unknown>,
      [name, given, limits] as const,
    )) as Awaited<ReturnType<typeof twice<typeof name>>>;
    expect(again).toEqual(found);
    expect(left).toEqual({ tensors: 0, bytes: 0 });
    expect(faults).toEqual([]);
    return found;
  };
}
