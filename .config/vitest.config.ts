import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  // package.json leads to what is built of the sources
  resolve: { alias: [{ find: /^#platform\/(.*)$/, replacement: `${root}src/platform/node/$1.ts` }] },
  test: {
    root,
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/compile.ts"],
    setupFiles: ["test/support/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: "100%",
  },
});
