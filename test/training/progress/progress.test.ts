import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatDuration, formatMetrics, formatRate } from "../../../training/progress/format.ts";
import {
  createReporter,
  jsonReporter,
  linesReporter,
  spinnerReporter,
  type Reporter,
} from "../../../training/index.ts";

const end = { status: "completed", reason: "ran all 3 steps", step: 3, seconds: 65 };

function threeSteps(reporter: Reporter): void {
  reporter.start({ task: "wdl", step: 0, steps: 3, run: "runs/x" });
  for (const step of [1, 2]) reporter.row({ step, seconds: 20 * step, loss: 0.123456 / step });
  reporter.within(3, 0.5, "4 of 8 images");
  reporter.row({ step: 3, seconds: 65, loss: 0.04 });
  reporter.end(end);
  reporter.close();
}

function collector(): PassThrough & { readonly isTTY?: boolean; text(): string } {
  const stream = new PassThrough();
  const chunks: string[] = [];
  stream.on("data", (chunk) => chunks.push(String(chunk)));
  return Object.assign(stream, { text: () => chunks.join("") });
}

describe("plain lines", () => {
  it("come at the first step and then every ten seconds", () => {
    let text = "";
    let now = 0;
    const reporter = linesReporter(
      (line) => (text += line),
      () => (now += 6_000),
    );
    threeSteps(reporter);
    expect(text.split("\n")).toEqual([
      "wdl: 3 steps -> runs/x",
      "step 1/3, loss 0.1235",
      "step 2/3, loss 0.06173, 20 s/step, 10 s left, 50% of step 3 (4 of 8 images)",
      "completed after 3 steps in 1 min 05 s: ran all 3 steps",
      "",
    ]);
  });

  it("tell a resumed run", () => {
    let text = "";
    linesReporter((line) => (text += line)).start({ task: "wdl", step: 40, steps: 100 });
    expect(text).toBe("wdl: steps 41 to 100\n");
  });
});

it("JSON lines are the metrics log between start and end", () => {
  let text = "";
  threeSteps(jsonReporter((line) => (text += line)));
  expect(
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { event: "start", task: "wdl", step: 0, steps: 3, run: "runs/x" },
    { step: 1, seconds: 20, loss: 0.123456 },
    { step: 2, seconds: 40, loss: 0.061728 },
    { step: 3, seconds: 65, loss: 0.04 },
    { event: "end", ...end },
  ]);
});

// ora takes no stream for interactive where CI is set or the terminal is dumb
beforeEach(() => {
  vi.stubEnv("CI", undefined);
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => vi.unstubAllEnvs());

/** The methods of a terminal's stream that a live line uses. */
const TERMINAL = { clearLine: () => true, cursorTo: () => true, moveCursor: () => true };

it("the spinner ends with a line and leaves the terminal as it was", () => {
  const stream = Object.assign(collector(), TERMINAL, { isTTY: true, columns: 100 });
  threeSteps(spinnerReporter(stream));
  expect(stream.text()).toContain("step 1/3, loss 0.1235");
  expect(stream.text()).toContain("completed after 3 steps in 1 min 05 s: ran all 3 steps\n");
});

it.each([
  ["--json", { json: true }, /^\{"event":"start"/, /^$/],
  ["--json --quiet", { json: true, quiet: true }, /^\{"event":"start"/, /^$/],
  ["--quiet", { quiet: true }, /^$/, /^$/],
  ["a pipe", {}, /^$/, /^wdl: 3 steps/],
])("%s: data to the output, the rest to the log", (_, options, output, log) => {
  const streams = { output: collector(), log: collector() };
  threeSteps(createReporter({ ...options, ...streams }));
  expect(streams.output.text()).toMatch(output);
  expect(streams.log.text()).toMatch(log);
});

it.each([
  ["a terminal", { isTTY: true, columns: 80 }, "\u001B["],
  ["a terminal without width", { isTTY: true, columns: 0 }, "wdl: 3 steps -> runs/x\n"],
])("%s", (_, properties, start) => {
  const log = Object.assign(collector(), TERMINAL, properties);
  threeSteps(createReporter({ log }));
  expect(log.text().startsWith(start)).toBe(true);
});

describe("formats", () => {
  it.each([
    [0.4, "0 s"],
    [59.4, "59 s"],
    [185, "3 min 05 s"],
    [8055, "2 h 14 min"],
  ])("duration %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [123.4, "123 steps/s"],
    [2.34, "2.3 steps/s"],
    [0.07, "14 s/step"],
  ])("rate %s", (rate, text) => expect(formatRate(rate)).toBe(text));

  it("shows the first metrics, whole numbers as they are", () => {
    const row = { step: 1, seconds: 2, loss: 31.60912, evaluations: 12345, gradientNorm: 1.23456e-7, psnr: 30 };
    expect(formatMetrics(row)).toBe("loss 31.61, evaluations 12345, gradientNorm 1.235e-7");
  });
});
