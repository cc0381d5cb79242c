import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { compiledRoot } from "./compiled.ts";

/**
 * What `test/children/<script>.ts` prints in a process of its own, with environment variables on top of those that are set:
 * kernels are chosen when a process loads them.
 */
export async function printedBy<T>(script: string, environment: Readonly<Record<string, string>> = {}): Promise<T> {
  const path = join(await compiledRoot(), "test", "children", `${script}.js`);
  const { stdout } = await promisify(execFile)(process.execPath, [path], { env: { ...process.env, ...environment } });
  return JSON.parse(stdout) as T;
}

/** What the scripts `test/children/*-bits.ts` print. */
export interface Bits {
  /** Of the addon, null without it. */
  readonly description: { readonly threads: number; readonly instructionSet: string } | null;
  /** Of every bit of the results. */
  readonly digest: string;
  /** Some of the results. */
  readonly sample: number[];
}

/** 1, 2 and 8 threads give the same bits, which are returned. */
export async function expectSameBits(script: string): Promise<Bits> {
  const threads = ["1", "2", "8"];
  const printed = await Promise.all(threads.map((OTLEARN_THREADS) => printedBy<Bits>(script, { OTLEARN_THREADS })));
  expect(printed.map(({ description }) => description!.threads)).toEqual([1, 2, 8]);
  expect(new Set(printed.map(({ digest }) => digest)).size).toBe(1);
  return printed[0];
}
