import { once } from "node:events";
import { createServer } from "node:net";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { jsonLines, otlearn, startOtlearn, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { ask, fallingLoss, listenTo, writeRun } from "../../support/dashboard.ts";
import { temporaryFolder } from "../../support/temporary.ts";

beforeEach(() => void vi.stubEnv("CI", "1")); // no browser comes up
afterEach(() => void vi.unstubAllEnvs());

/** Starts the command and waits for the line that it prints. */
async function start(args: readonly string[], cwd: string) {
  const { child, ended } = await startOtlearn(["dashboard", "--port", "0", ...args], { cwd });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout!, "data")) as [string];
  return { child, ended, line: line.trim() };
}

it("prints its address, shows the runs, and ends without a trace on Ctrl-C, also while somebody looks", async () => {
  const folder = await temporaryFolder();
  await writeRun(join(folder, "runs", "a"), { lines: fallingLoss(1, 3) });
  const { child, ended, line } = await start([], folder);
  expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}$/);
  const dashboard = { url: line };
  expect(JSON.parse((await ask(dashboard, "/runs")).text)).toMatchObject([{ name: "a", step: 3 }]);
  const stream = listenTo(dashboard);
  await stream.next("snapshot");
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: `runs in ${join(folder, "runs")}; end with Ctrl-C\n` });
  await stream.ended;
  expect(await readdir(join(folder, "runs", "a"))).toEqual(["config.json", "metrics.jsonl"]);
});

it("with another host says aloud who can see it", async () => {
  const folder = await temporaryFolder();
  const { child, ended, line } = await start([".", "--host", "0.0.0.0", "--json"], folder);
  expect(JSON.parse(line)).toMatchObject({ directory: folder });
  child.kill("SIGINT");
  expect((await ended).stderr).toMatch(
    /^warning: on 0\.0\.0\.0 everybody who reaches this machine can see these runs; .*\n$/,
  );
});

it("refuses what is no directory, and a port that is taken, in one line", async () => {
  const cwd = await temporaryFolder();
  expect(await otlearn(["dashboard", "missing"], { cwd })).toMatchObject({
    code: 2,
    stderr: "otlearn: missing: does not exist; name the folder that holds runs\n",
  });
  expect(await otlearn(["dashboard", ".", "--port", "70000"], { cwd })).toMatchObject({
    code: 2,
    stderr: `otlearn: --port: expected a whole number at least 0 and at most 65535, got "70000"\n`,
  });
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  expect(await otlearn(["dashboard", ".", "--port", String(port)], { cwd })).toMatchObject({
    code: 2,
    stderr: `otlearn: 127.0.0.1:${port}: is taken; choose another with --port, or 0 for any that is free\n`,
  });
});

it("train --dashboard shows the run, and the dashboard outlives the training while somebody looks", async () => {
  const folder = await temporaryFolder();
  await writeBumps(folder);
  const { code, stdout, stderr } = await otlearn([...TRAIN_SMALL, "--iterations", "9", "--json", "--dashboard"], {
    cwd: folder,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { url } = jsonLines(stdout).find(({ event }) => event === "dashboard") as { url: string };
  const [, id] = /#token=[\w-]{32}&run=([\w-]+)$/.exec(url)!;
  const stream = listenTo({ url }, id);
  const { runs } = await stream.next("snapshot");
  expect(runs).toMatchObject([{ id, task: "wdl", state: "finished", step: 9, steps: 9 }]);
  stream.leave();
  // With nobody left it ends by itself.
  await expect
    .poll(
      () =>
        ask({ url }, "/runs").then(
          () => "there",
          () => "gone",
        ),
      { timeout: 60_000, interval: 500 },
    )
    .toBe("gone");
});
