import { inject } from "vitest";

/**
 * The `dist` folder of a build of this checkout, made once a test run by compile.ts: for tests that start child processes
 * (`node ${root}/training/cli/otlearn.js`, `node ${root}/test/children/<script>.js`).
 */
export function compiledRoot(): Promise<string> {
  return Promise.resolve(inject("compiledRoot"));
}
