import { appendFile, open, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { MetricsTail } from "../../../training/dashboard/metrics-tail.ts";
import { fallingLoss, lineOf } from "../../support/dashboard.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let root: string;
let path: string;
beforeEach(async () => {
  root = await temporaryFolder();
  path = join(root, "metrics.jsonl");
});

const tailOf = (most = 1000, mostBytes = 2 ** 20) => new MetricsTail({ root, path, most, mostBytes });
const text = (from: number, to: number) => fallingLoss(from, to).map(lineOf).join("");
const steps = (rows: readonly Readonly<Record<string, number | null>>[]) => rows.map(({ step }) => step);

it("reads what is appended, whole lines alone, and a log that begins later", async () => {
  const tail = tailOf();
  expect(await tail.poll()).toEqual({ restarted: false, rows: [] });
  const [first, second] = [lineOf(fallingLoss(1, 1)[0]), lineOf(fallingLoss(2, 2)[0])];
  await writeFile(path, first + second.slice(0, 9));
  expect(steps((await tail.poll()).rows)).toEqual([1]);
  await appendFile(path, second.slice(9));
  expect(steps((await tail.poll()).rows)).toEqual([2]);
  expect((await tail.poll()).rows).toEqual([]);
  expect(steps(tail.rows)).toEqual([1, 2]);
});

it("reads the appended bytes alone", async () => {
  await writeFile(path, text(1, 3));
  const tail = tailOf();
  await tail.poll();
  const file = await open(path, "r+");
  await file.write("rubbish", 0); // nobody looks there again
  await file.close();
  await appendFile(path, text(4, 5));
  const { restarted, rows } = await tail.poll();
  expect({ restarted, steps: steps(rows), damaged: tail.damaged }).toEqual({
    restarted: false,
    steps: [4, 5],
    damaged: 0,
  });
});

it.each<[name: string, change: () => Promise<void>]>([
  ["cut, as by a resume from an earlier step", () => truncate(path, text(1, 2).length)],
  ["cut and grown beyond its former length", () => writeFile(path, text(1, 2) + text(30, 50))],
  ["replaced by one as long", () => writeFile(path, text(1, 9).replaceAll("loss", "cost"))],
])("a log that was %s starts again", async (_, change) => {
  await writeFile(path, text(1, 9));
  const tail = tailOf();
  await tail.poll();
  await change();
  const { restarted, rows } = await tail.poll();
  expect(restarted).toBe(true);
  expect(rows).toEqual(tail.rows);
  expect(steps(rows).slice(0, 2)).toEqual([1, 2]);
});

it("a log that is gone leaves nothing", async () => {
  await writeFile(path, text(1, 9));
  const tail = tailOf();
  await tail.poll();
  await rm(path);
  expect(await tail.poll()).toEqual({ restarted: true, rows: [] });
  expect(tail.latest).toEqual({});
});

it("lines that are no rows are counted and left out", async () => {
  const lines = ["{", "null", "[]", '{"loss":1}', '{"step":1.5}', '{"step":1,"loss":"1"}', '{"step":2,"loss":null}'];
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  const tail = tailOf();
  await tail.poll();
  expect(tail.damaged).toBe(6);
  expect(tail.rows).toEqual([{ step: 2, loss: null }]);
});

it("keeps the newest value of metrics that only some rows have", async () => {
  await writeFile(
    path,
    [
      { step: 1, loss: 3, psnr: 20 },
      { step: 2, loss: 2 },
    ]
      .map(lineOf)
      .join(""),
  );
  const tail = tailOf();
  await tail.poll();
  expect(tail.latest).toEqual({ step: 2, loss: 2, psnr: 20 });
});

it("keeps about as many rows as it was told, from the first to the last", async () => {
  await writeFile(path, text(1, 5000));
  const tail = tailOf(100);
  await tail.poll();
  expect(tail.rows.length).toBeLessThanOrEqual(100);
  expect([tail.rows[0]["step"], tail.rows.at(-1)!["step"], tail.thinned]).toEqual([1, 5000, true]);
});

it("of a log that is too large to read, lines at even distances and the end", async () => {
  const file = await open(path, "w");
  await file.write(text(1, 1000));
  await file.truncate(2 ** 30); // a hole: 1 GB that takes no disk
  await file.write(`\n${text(100_000, 101_000)}`, 2 ** 30);
  await file.close();
  const tail = tailOf(500);
  const { rows } = await tail.poll();
  expect(steps(rows)[0]).toBe(1);
  expect(rows.at(-1)!["step"]).toBe(101_000);
  expect(tail.thinned).toBe(true);
  await appendFile(path, text(101_001, 101_002));
  expect(steps((await tail.poll()).rows)).toEqual([101_001, 101_002]);
});

it("a log that leads out of the directory is refused", async () => {
  const elsewhere = await temporaryFolder();
  await writeFile(join(elsewhere, "log"), text(1, 2));
  await symlink(join(elsewhere, "log"), path);
  await expect(tailOf().poll()).rejects.toThrow("metrics.jsonl: leads out of the dashboard's directory");
});
