import { existsSync } from "node:fs";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { MadePage } from "../../../training/dashboard/messages.ts";
import type { Dashboard } from "../../../training/dashboard/server.ts";
import { lockRun } from "../../../training/index.ts";
import { startOtlearn, TRAIN_LONG } from "../../support/cli.ts";
import {
  ask,
  endTraining,
  fallingLoss,
  listenTo,
  openDashboard,
  tokenOf,
  writeRun,
  type Answer,
} from "../../support/dashboard.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const post = (dashboard: Dashboard, path: string, body?: unknown): Promise<Answer> =>
  ask(dashboard, path, {
    method: "POST",
    headers: tokenOf(dashboard),
    body: body === undefined ? "" : JSON.stringify(body),
  });

it("a run is stopped, looked at, resumed and compared, in processes of its own", async () => {
  const folder = await temporaryFolder();
  endTraining(join(folder, "runs/a"));
  const training = await startOtlearn([...TRAIN_LONG, "--out", "runs/a"], { cwd: folder });
  await expect.poll(() => existsSync(join(folder, "runs", "a", "metrics.jsonl")), { timeout: 60_000 }).toBe(true);
  const dashboard = await openDashboard(join(folder, "runs"));
  const list = listenTo(dashboard);
  const { id } = (await list.next("snapshot")).runs[0];

  expect(await post(dashboard, `/runs/${id}/resume`)).toMatchObject({
    status: 409,
    text: "a: a process writes it already\n",
  });
  expect((await post(dashboard, `/runs/${id}/stop`)).status).toBe(202);
  const { step } = await list.next("run", ({ state }) => state === "interrupted");
  expect((await training.ended).code).toBe(130);
  expect(step).toBeGreaterThan(0);
  expect(await post(dashboard, `/runs/${id}/stop`)).toMatchObject({ status: 409, text: "a: nobody trains it\n" });

  const made = JSON.parse((await post(dashboard, "/pages", [id])).text) as MadePage;
  expect(made).toMatchObject({ runs: [id], state: "working" });
  expect(await post(dashboard, "/pages", [id])).toMatchObject({
    status: 409,
    text: "another page is being made; wait for its end\n",
  });
  await list.next("page", ({ state }) => state === "ready");
  const { text, headers } = await ask(dashboard, `/pages/${made.id}`);
  expect(text).toContain("Learned start for Sinkhorn");
  expect(headers["content-security-policy"]).toMatch(/^sandbox allow-scripts/);
  expect(existsSync(join(folder, "runs", "a", "report.html"))).toBe(false);

  await cp(join(folder, "runs", "a"), join(folder, "runs", "b"), { recursive: true });
  const { id: other } = await list.next("run", ({ name }) => name === "b");
  const comparison = JSON.parse((await post(dashboard, "/pages", [id, other])).text) as MadePage;
  expect(await list.next("page", (page) => page.id === comparison.id && page.state !== "working")).toMatchObject({
    state: "ready",
  });
  expect((await ask(dashboard, `/pages/${comparison.id}`)).text).toContain("<h1>");

  expect((await post(dashboard, `/runs/${id}/resume`)).status).toBe(202);
  await list.next("run", ({ state }) => state === "starting");
  await list.next("run", (run) => run.state === "running" && run.step > step);
  expect((await post(dashboard, `/runs/${id}/stop`)).status).toBe(202);
  await list.next("run", (run) => run.state === "interrupted" && run.step > step);
});

it("a resume that fails says why, and may be tried again", async () => {
  const folder = await temporaryFolder();
  await writeRun(join(folder, "a"), { lines: fallingLoss(1, 3) });
  const dashboard = await openDashboard(folder);
  const list = listenTo(dashboard);
  const { id } = (await list.next("snapshot")).runs[0];
  for (let attempt = 0; attempt < 2; attempt++) {
    expect((await post(dashboard, `/runs/${id}/resume`)).status).toBe(202);
    const failed = await list.next("run", ({ failure }) => failure !== undefined);
    expect(failed.failure).toMatch(/a\/config\.json: damaged or foreign, options\.dataShape is undefined$/);
    expect(failed.state).toBe("interrupted");
  }
});

it("a run of a task that is none of ours is not resumed", async () => {
  const folder = await temporaryFolder();
  await writeRun(join(folder, "a"), { task: "--help" });
  const dashboard = await openDashboard(folder);
  const { id } = (await listenTo(dashboard).next("snapshot")).runs[0];
  const { status, text } = await post(dashboard, `/runs/${id}/resume`);
  expect({ status, text }).toMatchObject({
    status: 409,
    text: expect.stringMatching(/^task --help: unknown; known are wdl,/),
  });
});

it("a lock that names another machine, or a process that does not write the run, stops nobody", async () => {
  const folder = await temporaryFolder();
  const run = await writeRun(join(folder, "a"), { lines: fallingLoss(1, 3) });
  const release = await lockRun(run); // this process, which has not opened the log
  const dashboard = await openDashboard(folder);
  const { id } = (await listenTo(dashboard).next("snapshot")).runs[0];
  let interrupted = 0;
  const count = (): void => void interrupted++;
  process.on("SIGINT", count);
  try {
    const lock = JSON.parse(await readFile(join(run, ".lock"), "utf8")) as Record<string, unknown>;
    if (process.platform === "linux") {
      expect(await post(dashboard, `/runs/${id}/stop`)).toMatchObject({
        status: 409,
        text: expect.stringContaining(`a: process ${process.pid} is not training it just now`),
      });
    }
    await writeFile(join(run, ".lock"), JSON.stringify({ ...lock, host: "elsewhere" }));
    expect(await post(dashboard, `/runs/${id}/stop`)).toMatchObject({
      status: 409,
      text: `a: process ${process.pid} on elsewhere trains it; stop it there\n`,
    });
    await writeFile(join(run, ".lock"), JSON.stringify({ ...lock, host: hostname(), pid: -1 }));
    expect(await post(dashboard, `/runs/${id}/stop`)).toMatchObject({ status: 409, text: "a: nobody trains it\n" });
    expect(interrupted).toBe(0);
  } finally {
    process.off("SIGINT", count);
    await rm(join(run, ".lock"), { force: true });
    await release();
  }
});

it("pages that cannot be made say why, and go with the dashboard", async () => {
  const folder = await temporaryFolder();
  await writeRun(join(folder, "a"), { lines: fallingLoss(1, 3) });
  const dashboard = await openDashboard(folder);
  const list = listenTo(dashboard);
  const { id } = (await list.next("snapshot")).runs[0];
  const made = JSON.parse((await post(dashboard, "/pages", [id])).text) as MadePage;
  const { problem } = await list.next("page", ({ state }) => state === "failed");
  expect(problem).toMatch(/^.*a: holds no checkpoint; expected a run directory/);
  expect(await ask(dashboard, `/pages/${made.id}`)).toMatchObject({
    status: 404,
    text: "no such page; ask for it again\n",
  });
});
