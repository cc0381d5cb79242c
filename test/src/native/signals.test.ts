import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { compiledRoot } from "../../support/compiled.ts";

/** Long enough for a signal to arrive by itself, not merged with the next. */
const BETWEEN_MILLISECONDS = 300;

/** What a blocked process printed, and how it ended after these signals. */
async function afterSignals(how: string, signals: readonly NodeJS.Signals[]) {
  const child = spawn(process.execPath, [join(await compiledRoot(), "test", "children", "blocked.js"), how]);
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  await once(child.stdout, "data");
  const ended = once(child, "close");
  try {
    for (const signal of signals) {
      await setTimeout(BETWEEN_MILLISECONDS);
      expect([child.exitCode, child.signalCode]).toEqual([null, null]);
      child.kill(signal);
    }
    const [code, signal] = (await Promise.race([ended, setTimeout(10_000, ["still running"])])) as unknown[];
    return { code, signal, printed };
  } finally {
    child.kill("SIGKILL");
  }
}

describe.skipIf(!nativeStatus().addon || process.platform === "win32")("a process that watches signals", () => {
  it.each(["loop", "native"])("blocked in a %s, it ends at once by the second", async (how) => {
    const { code, signal } = await afterSignals(how, ["SIGINT", "SIGINT"]);
    expect([code, signal]).toEqual([null, "SIGINT"]);
  });

  it("ends by a second signal that is another one", async () => {
    const { signal } = await afterSignals("loop", ["SIGINT", "SIGTERM"]);
    expect(signal).toBe("SIGTERM");
  });

  it("hears the first in its listener where the event loop gets its turn", async () => {
    expect(await afterSignals("idle", ["SIGINT"])).toEqual({
      code: 0,
      signal: null,
      printed: "ready\nheard\nwent on\n",
    });
  });

  it("that has given them back hears all of them as before", async () => {
    const { code, printed } = await afterSignals("given-back", ["SIGINT", "SIGINT"]);
    expect([code, printed]).toEqual([0, "ready\nheard\nheard\nwent on\n"]);
  });

  it.each([[[0]], [[1000]], [["SIGINT"]], ["SIGINT"]])("refuses %o", (numbers) => {
    expect(() => nativeStatus().addon!.watchSignals(numbers as never)).toThrow("signals");
  });
});
