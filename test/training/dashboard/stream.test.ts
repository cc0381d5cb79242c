import { appendFile, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { RunSummary } from "../../../training/dashboard/messages.ts";
import { lockRun } from "../../../training/index.ts";
import { ask, fallingLoss, lineOf, listenTo, openDashboard, writeRun } from "../../support/dashboard.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

const stateOf = (summary: RunSummary) => [summary.name, summary.state, summary.step];

describe("the list", () => {
  it("has the runs at most two folders deep, and says what it passes over", async () => {
    const outside = await writeRun(join(await temporaryFolder(), "outside"));
    for (const path of ["a", "series/b", "series/deeper/c", ".hidden"]) await writeRun(join(folder, path));
    await mkdir(join(folder, "empty"));
    await symlink(outside, join(folder, "out"));
    await symlink(join(folder, "a"), join(folder, "same"));
    const { runs, notes, directory } = await listenTo(await openDashboard(folder)).next("snapshot");
    expect(runs.map(({ name }) => name)).toEqual(["a", "series/b"]);
    expect(notes).toEqual(["out: a link that leads out of the directory; not followed"]);
    expect(directory).toBe(folder);
  });

  it("of a directory that is a run itself has that", async () => {
    await writeRun(join(folder, "only"), { lines: fallingLoss(1, 2) });
    const { runs } = await listenTo(await openDashboard(join(folder, "only"))).next("snapshot");
    expect(runs.map(stateOf)).toEqual([["only", "interrupted", 2]]);
  });

  it("tells task, data, steps, metrics and a curve", async () => {
    await writeRun(join(folder, "a"), { steps: 5, lines: [...fallingLoss(1, 4), { step: 5, loss: 0.2, psnr: 30 }] });
    const { runs } = await listenTo(await openDashboard(folder)).next("snapshot");
    expect(runs[0]).toMatchObject({
      task: "wdl",
      dataset: "faces",
      state: "finished",
      created: "2026-01-02T03:04:05.000Z",
      step: 5,
      steps: 5,
      metrics: { loss: 0.2, psnr: 30 },
      spark: [1, 1 / 2, 1 / 3, 1 / 4, 0.2],
      problems: [],
    });
  });

  it("names in it are text, markup or not", async () => {
    const name = `<img src=x onerror="alert(1)">`;
    await writeRun(join(folder, name));
    const dashboard = await openDashboard(folder);
    expect((await listenTo(dashboard).next("snapshot")).runs[0].name).toBe(name);
    expect((await ask(dashboard, "/")).text).not.toContain("onerror");
  });

  it.each<[what: string, spoil: (run: string) => Promise<unknown>, problem: string | RegExp]>([
    [
      "a configuration that is no JSON",
      (run) => writeFile(join(run, "config.json"), "{"),
      "a/config.json: damaged, not JSON",
    ],
    [
      "a configuration that is a list",
      (run) => writeFile(join(run, "config.json"), "[]"),
      "a/config.json: damaged or foreign, expected an object",
    ],
    ["no configuration", (run) => rm(join(run, "config.json")), "a/config.json: does not exist"],
    [
      "a configuration of 2 MB",
      (run) => writeFile(join(run, "config.json"), " ".repeat(2e6)),
      /^a\/config\.json: 2 MB, at most 1\.05 MB are read/,
    ],
    [
      "a folder in place of the configuration",
      (run) => rm(join(run, "config.json")).then(() => mkdir(join(run, "config.json"))),
      "a/config.json: not a regular file",
    ],
  ])("shows a run with %s as not readable, and the others as they are", async (_, spoil, problem) => {
    await spoil(await writeRun(join(folder, "a")));
    await writeRun(join(folder, "b"), { lines: fallingLoss(1, 3) });
    const { runs } = await listenTo(await openDashboard(folder)).next("snapshot");
    expect(runs.map(stateOf)).toEqual([
      ["a", "unreadable", 0],
      ["b", "interrupted", 3],
    ]);
    expect(runs[0].problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe("events", () => {
  it("tell of a new run, its rows, its states, its report, and that it is gone", async () => {
    const dashboard = await openDashboard(folder);
    const list = listenTo(dashboard);
    await list.next("snapshot");
    await writeRun(join(folder, "building"), { steps: 3, lines: fallingLoss(1, 1) });
    const release = await lockRun(join(folder, "building"));
    await rename(join(folder, "building"), join(folder, "a"));
    const { id } = await list.next("run", ({ name, state }) => name === "a" && state === "running");

    const watched = listenTo(dashboard, id);
    expect((await watched.next("history")).columns).toMatchObject({ step: [1], loss: [1] });
    expect((await watched.next("details")).options).toMatchObject({ atoms: 3, steps: 3 });
    await appendFile(join(folder, "a", "metrics.jsonl"), lineOf({ step: 2, loss: 0.5 }));
    expect((await watched.next("rows")).rows).toEqual([{ step: 2, loss: 0.5 }]);
    await appendFile(join(folder, "a", "metrics.jsonl"), lineOf({ step: 3, loss: 0.25 }));
    await list.next("run", ({ state, step }) => state === "writing" && step === 3);
    await mkdir(join(folder, "a", "result"));
    await writeFile(join(folder, "a", "result", "summary.json"), '{"psnr":30}');
    expect((await watched.next("details")).summary).toEqual({ psnr: 30 });
    await writeFile(join(folder, "a", "report.html"), "<p>");
    await rm(join(folder, "a", ".lock"));
    await list.next("run", ({ state, report }) => state === "finished" && report !== undefined);
    await rm(join(folder, "a"), { recursive: true });
    expect(await watched.next("gone")).toEqual({ run: id });
    await release().catch(() => undefined);
  });

  it("begin again with a history where the log was cut, as a resume does", async () => {
    await writeRun(join(folder, "a"), { lines: fallingLoss(1, 8) });
    const dashboard = await openDashboard(folder);
    const [{ id }] = (await listenTo(dashboard).next("snapshot")).runs;
    const watched = listenTo(dashboard, id);
    await watched.next("history");
    await writeRun(join(folder, "a"), { lines: fallingLoss(1, 5) });
    expect((await watched.next("history")).columns["step"]).toEqual([1, 2, 3, 4, 5]);
  });

  it("reach everybody who looks at a run, also who comes later", async () => {
    await writeRun(join(folder, "a"), { lines: fallingLoss(1, 2) });
    const dashboard = await openDashboard(folder);
    const [{ id }] = (await listenTo(dashboard).next("snapshot")).runs;
    const first = listenTo(dashboard, id);
    await first.next("history");
    const second = listenTo(dashboard, id);
    expect((await second.next("history")).columns["step"]).toEqual([1, 2]);
    first.leave();
    await appendFile(join(folder, "a", "metrics.jsonl"), lineOf({ step: 3, loss: 0.1 }));
    expect((await second.next("rows")).rows).toEqual([{ step: 3, loss: 0.1 }]);
  });

  it("of a long run begin with about 2000 rows, drawn as its component says", async () => {
    await writeRun(join(folder, "a"), { lines: fallingLoss(1, 10_000) });
    const dashboard = await openDashboard(folder);
    const [{ id }] = (await listenTo(dashboard).next("snapshot")).runs;
    const { columns, thinned, curves } = await listenTo(dashboard, id).next("history");
    expect(columns["step"].length).toBeLessThanOrEqual(2000);
    expect([columns["step"][0], columns["step"].at(-1), thinned]).toEqual([1, 10_000, true]);
    expect(curves.panels[0]).toEqual({ title: "loss", metrics: ["loss"], scale: "log" });
  });

  it("stop when nobody listens, and the server ends with listeners", async () => {
    const dashboard = await openDashboard(folder);
    const stream = listenTo(dashboard);
    await stream.next("snapshot");
    expect(dashboard.viewers()).toBe(1);
    stream.leave();
    await expect.poll(dashboard.viewers).toBe(0);
    const other = listenTo(dashboard);
    await other.next("snapshot");
    await dashboard.close();
    await other.ended;
  });
});
