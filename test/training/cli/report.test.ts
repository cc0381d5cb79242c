import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { otlearnHere, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let home: string;
let folder: string;

beforeAll(async () => {
  home = await temporaryFolder(afterAll);
  await writeBumps(home);
  for (const [name, ...more] of [
    ["a", "--iterations", "3"],
    ["b", "--iterations", "4", "--gamma", "2"],
  ]) {
    expect(await otlearnHere([...TRAIN_SMALL, ...more, "--quiet", "--out", name], home)).toMatchObject({ code: 0 });
  }
});

beforeEach(async () => {
  folder = await temporaryFolder();
  await cp(home, folder, { recursive: true, verbatimSymlinks: true });
});

const report = (...args: string[]) => otlearnHere(["report", ...args], folder);
const page = async (name: string) => readFile(join(folder, name), "utf8");

describe("report of one run", () => {
  it("writes the page where --out says, and the result into the run", async () => {
    await rm(join(folder, "a", "result"), { recursive: true });
    await rm(join(folder, "a", "report.html"));
    expect(await report("a", "--out", "page.html")).toEqual({ code: 0, stdout: "page.html\n", stderr: "" });
    expect(existsSync(join(folder, "a", "report.html"))).toBe(false);
    expect(existsSync(join(folder, "a", "result", "summary.json"))).toBe(true);
    const written = await page("page.html");
    expect((await report("a")).stdout).toBe("a/report.html\n");
    expect(written).toBe(await page("a/report.html"));
  });
});

describe("report of several runs", () => {
  it("compares them on one page, and leaves the runs as they are", async () => {
    const before = await contentOf(join(folder, "a"));
    expect(await report("a", "b")).toEqual({ code: 0, stdout: "comparison.html\n", stderr: "" });
    expect(await contentOf(join(folder, "a"))).toEqual(before);
    const [html] = (await page("comparison.html")).split("<script"); // without the data and the script
    expect(html).toContain("<h1>Comparison of 2 runs</h1>");
    expect(html).toContain('<th scope="row">gamma</th>');
    expect(html).toMatch(/class="best">best</);
    expect(html).not.toMatch(/<link|@import|(src|href)="(?!data:|#)/);
    expect(html.match(/<img [^>]*alt="atoms of [ab]"/g)).toHaveLength(2);
  });

  it("says where the page is as JSON, or nothing", async () => {
    const { stdout } = await report("a", "b", "--out", "c.html", "--json");
    expect(JSON.parse(stdout)).toEqual({ runs: ["a", "b"], report: "c.html" });
    expect(await report("a", "b", "--out", "c.html", "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("evaluates a run that has no result first", async () => {
    await rm(join(folder, "b", "result"), { recursive: true });
    expect(await report("a", "b")).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(folder, "b", "result", "summary.json"))).toBe(true);
  });

  it("shows what is there of a run that cannot be evaluated, or is damaged", async () => {
    await rm(join(folder, "b", "result"), { recursive: true });
    await rm(join(folder, "b", "checkpoints"), { recursive: true });
    await cp(join(folder, "a"), join(folder, "c"), { recursive: true });
    await writeFile(join(folder, "c", "metrics.jsonl"), "no row\n");
    await writeFile(join(folder, "c", "result", "summary.json"), "{");
    const { code, stderr } = await report("a", "b", "c");
    expect(code).toBe(0);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^warning: b: no result: b: holds no checkpoint/);
    expect(lines[1]).toMatch(/^warning: c: .*metrics\.jsonl: damaged, line 1/);
    expect(lines[2]).toMatch(/^warning: c: .*summary\.json: damaged/);
    const html = await page("comparison.html");
    expect(html).toContain("Comparison of 3 runs");
    expect(html).toContain("b: no result: ");
  });

  it("tells runs of one name apart by their folders", async () => {
    for (const [name, of] of [["x", "a"], ["y", "b"]]) await cp(join(folder, of), join(folder, name, "run"), { recursive: true }); // prettier-ignore
    expect(await report("x/run", "y/run")).toMatchObject({ code: 0 });
    const html = await page("comparison.html");
    for (const name of ["x/run", "y/run"]) expect(html).toContain(`<th scope="row">${name}</th>`);
  });

  it("takes names with markup as text", async () => {
    const name = "<img src=x onerror=alert(1)>";
    await cp(join(folder, "b"), join(folder, name), { recursive: true });
    expect(await report("a", name)).toMatchObject({ code: 0 });
    expect((await page("comparison.html")).split(name)).toHaveLength(1);
  });
});

describe("report refuses before it does anything", () => {
  beforeEach(async () => {
    await mkdir(join(folder, "folder.html"));
    await writeFile(join(folder, "file"), "");
    await symlink("a", join(folder, "link"));
  });

  it.each([
    ["a folder as page", ["a", "b", "--out", "folder.html"], "--out: folder.html is a folder, expected a file"],
    ["another ending", ["a", "b", "--out", "page.txt"], "--out: expected a file that ends in .html, got page.txt"],
    ["another ending, of one run", ["a", "--out", "page"], "--out: expected a file that ends in .html, got page"],
    ["a folder that is not there", ["a", "b", "--out", "no/page.html"], "--out: no: does not exist"],
    ["a file for a folder", ["a", "b", "--out", "file/page.html"], /^otlearn: --out: file: /],
    ["a run twice", ["a", "b", "./a"], "./a: the same run as a; name each run once"],
    ["a run twice, by a link", ["a", "link"], "link: the same run as a; name each run once"],
    ["what is no run", ["a", "file"], /^otlearn: file: not a run directory/],
    ["what is not there", ["a", "nothing"], /^otlearn: nothing: not a run directory/],
    [
      "a checkpoint",
      ["a", "b/checkpoints/step-000004"],
      "b/checkpoints/step-000004: a checkpoint; runs are compared as they ended: b",
    ],
    ["moved data of several", ["a", "b", "--data", "bumps.npy"], /^otlearn: --data: of one run only; /],
  ])("%s", async (_, args, message) => {
    await rm(join(folder, "a", "result"), { recursive: true });
    const before = await contentOf(folder);
    const { code, stdout, stderr } = await report(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    if (typeof message === "string") expect(stderr).toBe(`otlearn: ${message}\n`);
    else expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(await contentOf(folder)).toEqual(before);
  });

  it("a task that is not known", async () => {
    const file = join(folder, "b", "config.json");
    await writeFile(file, (await readFile(file, "utf8")).replace('"task": "wdl"', '"task": "other"'));
    expect(await report("a", "b")).toMatchObject({ code: 2, stderr: expect.stringMatching(/task other: unknown/) });
  });

  it.skipIf(process.getuid?.() === 0)("a folder that cannot be written", async () => {
    await mkdir(join(folder, "closed"));
    await chmod(join(folder, "closed"), 0o500);
    expect(await report("a", "b", "--out", "closed/page.html")).toMatchObject({ code: 2 });
  });
});
