import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeSafetensors } from "../../../checkpoints/index.ts";
import { readNpy } from "../../../src/data/npy.ts";
import { readNpz } from "../../../src/data/npz.ts";
import { datasets } from "../../../src/data/registry.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { flagOf, type OptionTable } from "../../../src/options.ts";
import type { NdArray } from "../../../src/tensor/ndarray.ts";
import { version } from "../../../src/version.ts";
import { runOptions, runOptionsOf } from "../../../training/cli/common-options.ts";
import { components } from "../../../training/components/index.ts";
import { jsonLines, otlearn, otlearnHere, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** A finished run of 9 steps in `run`, for commands that only read. */
let home: string;
let json: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "otlearn-test-"));
  await writeBumps(home);
  const { code, stdout, stderr } = await otlearn([...TRAIN_SMALL, "--iterations", "9", "--json", "--out", "run"], {
    cwd: home,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  json = stdout;
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function folderWithBumps(): Promise<string> {
  const folder = await temporaryFolder();
  await writeBumps(folder);
  return folder;
}

const summaryOf = async (run: string) =>
  JSON.parse(await readFile(join(run, "result", "summary.json"), "utf8")) as Record<string, unknown>;

describe("--help", () => {
  const help = async (command: string) => {
    const { code, stdout, stderr } = await otlearnHere([...command.split(" "), "--help"], home);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.replaceAll(/\n {20,}/g, " "); // a description that goes on in the next line
  };

  it.each(Object.values(components))("of train $name shows every option and its default", async (component) => {
    const text = await help(`train ${component.name}`);
    const table: OptionTable = { ...component.options, ...runOptionsOf(component) };
    for (const [name, { default: value }] of Object.entries(table)) {
      const line = text.split("\n").find((each) => each.trimStart().startsWith(`${flagOf(name)} `));
      expect(line).toBeDefined();
      if (value !== undefined && value !== false) expect(line).toContain(`(default: ${value})`);
    }
    expect(text).toMatch(
      new RegExp(`--dataset .*${Object.keys(datasets).join(", ")} .*default: ${component.defaultDataset}`),
    );
    expect(text).toMatch(/--out .*\(default: runs\/<task>-<dataset>-<time>\)/);
  });

  it.each([
    ["eval", ["--backend .*(default: the run's)", "--limit .*(default: all)", "--out .*(default: nowhere)"]],
    ["export", ['--format .*safetensors.*npz.*default: "safetensors"', "--out .*(default: the run's name)"]],
    ["report", ["--json ", "--quiet "]],
    ["demo", ["--port ", "--open ", "--json "]],
    ["info", ["--json "]],
  ])("of %s shows options and defaults", async (command, lines) => {
    const text = await help(command);
    for (const line of lines) expect(text).toMatch(new RegExp(line.replaceAll(/[()]/g, "\\$&")));
  });

  it("is what a call without a command gives, as an error", async () => {
    const { code, stdout, stderr } = await otlearnHere([], home);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    for (const name of ["train", "eval", "report", "export", "dashboard", "demo", "info"])
      expect(stderr).toMatch(`\n  ${name} `);
  });
});

describe("info", () => {
  it("tells what was found, as JSON", async () => {
    const { code, stdout } = await otlearn(["info", "--json"]);
    expect(code).toBe(0);
    const [info, ...more] = jsonLines(stdout);
    expect(more).toEqual([]);
    expect(info).toMatchObject({ otlearn: version, node: process.version, tasks: Object.keys(components) });
    expect(info.initializers).toEqual(expect.arrayContaining(["ones", "gaussian", "learned-28", "learned-any"]));
    expect(info["datasets"]).toEqual(Object.keys(datasets));
    const backends = info["backends"] as { name: string; available: boolean; detail: string }[];
    expect(backends.map(({ name }) => name)).toEqual(["tensorflow", "webgpu", "wasm", "cpu"]);
    expect(backends.every(({ detail }) => detail !== "")).toBe(true);
    expect(backends.at(-1)).toMatchObject({ available: true });
    const { addon, file, origin, detail } = nativeStatus();
    const native = { available: addon !== undefined, detail: origin ? `${origin}, ${detail}` : detail };
    expect(info["native"]).toMatchObject(native);
    if (addon)
      expect(info["native"]).toEqual({
        ...native,
        origin,
        file: expect.stringMatching(basename(file!)),
        ...addon.describe(),
      });
  });

  it("tells why native kernels are not used", async () => {
    const { stdout } = await otlearn(["info"], { native: false });
    expect(stdout).toMatch(/^native kernels +no +switched off by OTLEARN_NATIVE=0$/m);
  });
});

describe("train", () => {
  it("--json writes JSON lines to standard output, the result last", async () => {
    const lines = jsonLines(json);
    expect(lines[0]).toEqual({ event: "start", task: "wdl", step: 0, steps: 9, run: "run" });
    expect(lines.slice(1, 10)).toEqual(jsonLines(await readFile(join(home, "run", "metrics.jsonl"), "utf8")));
    expect(lines[10]).toMatchObject({ event: "end", status: "completed", step: 9 });
    expect(lines.slice(11)).toEqual([{ event: "result", run: "run", ...(await summaryOf(join(home, "run"))) }]);
    expect(lines[11]).toMatchObject({
      loss: expect.any(Number),
      psnr: expect.any(Number),
      psnr_pca: expect.any(Number),
      psnr_nmf: expect.any(Number),
    });
  });

  it("--json into a reader that leaves goes on to the end, and its exit status tells", async () => {
    const folder = await folderWithBumps();
    const wrap = (command: readonly string[]) => [
      "bash",
      "-c",
      '"$0" "$@" | head -n 1; exit "${PIPESTATUS[0]}"',
      ...command,
    ];
    const args = [...TRAIN_SMALL, "--iterations", "3", "--json", "--out", "run"];
    const { code, stdout, stderr } = await otlearn(args, { cwd: folder, wrap });
    const message = "otlearn: standard output: closed by its reader before its end\n";
    expect({ code, stderr }).toEqual({ code: 1, stderr: message });
    expect(jsonLines(stdout)).toMatchObject([{ event: "start" }]);
    expect(existsSync(join(folder, "run", "report.html"))).toBe(true);
  });

  it("by default talks on standard error and writes to runs/", async () => {
    const folder = await folderWithBumps();
    const { code, stdout, stderr } = await otlearn([...TRAIN_SMALL, "--iterations", "2"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const [run] = await readdir(join(folder, "runs"));
    expect(run).toMatch(/^wdl-bumps-\d{8}-\d{6}$/);
    const lines = stderr.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^backend cpu \(.+\)$/);
    expect(lines[1]).toMatch(/^wdl on bumps\.npy \[12, 8, 10\], .+/);
    expect(lines).toEqual(
      expect.arrayContaining([
        `wdl: 2 steps -> runs/${run}`,
        expect.stringMatching(/^ {2}WDL +\d+\.\d\d dB/),
        expect.stringMatching(/^ {2}PCA 2 +\d+\.\d\d dB {3}the mean and 2 components/),
        expect.stringMatching(/^ {2}NMF +\d+\.\d\d dB/),
        `  result: runs/${run}/result`,
      ]),
    );
    expect(lines.at(-1)).toBe(`  report: runs/${run}/report.html`);
  });

  it("--quiet prints nothing", async () => {
    const folder = await folderWithBumps();
    const args = [...TRAIN_SMALL, "--iterations", "2", "--quiet", "--out", "run"];
    expect(await otlearn(args, { cwd: folder })).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  });

  it("--config gives options that flags overrule, and config.json keeps them all", async () => {
    const folder = await temporaryFolder();
    const file = { atoms: 2, gamma: 2, iterations: 3, invert: true, size: "12x10", sinkhornIterations: 4, seed: 5 };
    await writeFile(join(folder, "options.json"), JSON.stringify(file));
    const args = "train wdl --config options.json --gamma 1.5 --seed 6 --backend cpu --quiet --out run".split(" ");
    expect(await otlearnHere(args, folder)).toMatchObject({ code: 0 });
    const config = JSON.parse(await readFile(join(folder, "run", "config.json"), "utf8"));
    expect(config).toMatchObject({ otlearn: version, task: "wdl", seed: 6, backend: "cpu" });
    const defaults = { loss: "kl", heavyBall: 0, logDomain: "auto", checkpointEvery: 10, dataShape: [20, 10, 12] };
    expect(config.options).toMatchObject({ ...file, ...defaults, gamma: 1.5, seed: 6 });
    const table: OptionTable = { ...components["wdl"].options, ...runOptions };
    const set = Object.keys(table).filter((name) => table[name].default !== undefined);
    expect(Object.keys(config.options)).toEqual(expect.arrayContaining(set));
  });
});

describe("export", () => {
  const arraysOf = async (run: string) => {
    const files = (await readdir(join(run, "result"))).filter((name) => name.endsWith(".npy")).sort();
    const read = files.map(async (name) => [name.slice(0, -".npy".length), await readNpy(join(run, "result", name))]);
    return Object.fromEntries(await Promise.all(read)) as Record<string, NdArray>;
  };
  const readers = {
    safetensors: async (path: string) => decodeSafetensors(await readFile(path), path).arrays,
    npz: readNpz,
  };

  it.each(Object.entries(readers))("--format %s holds the arrays of the result", async (format, read) => {
    const folder = await temporaryFolder();
    const run = join(home, "run");
    const { code, stdout } = await otlearnHere(["export", run, "--format", format], folder);
    const expected = await arraysOf(run);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `run.${format}: ${Object.keys(expected).join(", ")}\n` });
    expect(Object.fromEntries(await read(join(folder, `run.${format}`)))).toEqual(expected);
    expect(Object.keys(expected)).toEqual([
      "atoms",
      "inputs",
      "nmf_components",
      "pca_components",
      "pca_mean",
      "reconstructions",
      "weights",
    ]);
  });

  it("of a checkpoint holds its state", async () => {
    const folder = await temporaryFolder();
    const checkpoint = join(home, "run", "checkpoints", "step-000009");
    const args = ["export", checkpoint, "--format", "npz", "--out", "deep/state.npz", "--json"];
    const { code, stdout } = await otlearnHere(args, folder);
    expect(code).toBe(0);
    const { arrays: expected } = decodeSafetensors(await readFile(join(checkpoint, "state.safetensors")), "state");
    const arrays = await readNpz(join(folder, "deep", "state.npz"));
    expect(Object.fromEntries(arrays)).toEqual(Object.fromEntries(expected));
    expect(jsonLines(stdout)).toEqual([{ file: "deep/state.npz", arrays: [...arrays.keys()] }]);
  });
});

describe("eval", () => {
  const evaluate = async (...args: string[]) => {
    const { code, stdout, stderr } = await otlearnHere(["eval", ...args, "--json"], home);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return jsonLines(stdout)[0];
  };

  it("on the run's own data gives summary.json, and changes nothing", async () => {
    const before = await contentOf(home);
    expect(await evaluate("run")).toEqual(await summaryOf(join(home, "run")));
    expect(await contentOf(home)).toEqual(before);
  });

  it("of a checkpoint gives what the run had reached", async () => {
    const summary = await evaluate(join("run", "checkpoints", "step-000000"));
    const last = await summaryOf(join(home, "run"));
    expect(summary["loss"]).toBeGreaterThan(last["loss"] as number);
    expect(summary["psnr"]).toBeLessThan(last["psnr"] as number);
    expect(summary["psnr_pca"]).toBe(last["psnr_pca"]);
  });

  it("encodes other images with the atoms as they are", async () => {
    const folder = await temporaryFolder();
    const [same, other] = [join(folder, "same"), join(folder, "other")];
    const last = await summaryOf(join(home, "run"));
    // the training images again: their best weights are at least as good as those learned together with the atoms
    const summary = await evaluate("run", "--data", "bumps.npy", "--out", same);
    expect(summary["loss"]).toBeLessThan(1.001 * (last["loss"] as number));
    expect(summary["psnr"]).toBeGreaterThan((last["psnr"] as number) - 0.5);

    // images that were left out of the training: the atoms fit them too, if less well
    await writeBumps(folder, { name: "more.npy", count: 20, seed: 1 });
    const left = await evaluate("run", "--data", join(folder, "more.npy"), "--limit", "16", "--out", other);
    expect(left["psnr"]).toBeLessThan(last["psnr"] as number);
    expect(left["psnr"]).toBeGreaterThan(15);
    for (const [out, count] of [
      [same, 12],
      [other, 16],
    ] as const) {
      expect((await readNpy(join(out, "result", "weights.npy"))).shape).toEqual([count, 3]);
      const atoms = await readNpy(join(out, "result", "atoms.npy"));
      expect(atoms).toEqual(await readNpy(join(home, "run", "result", "atoms.npy")));
      expect(existsSync(join(out, "report.html"))).toBe(true);
    }
  });

  it("works on another backend than that of the run", async () => {
    const summary = await evaluate("run", "--backend", "wasm");
    expect(summary["psnr"]).toBeCloseTo((await summaryOf(join(home, "run")))["psnr"] as number, 2);
  });
});

describe("report", () => {
  it("writes results and report again, the same", async () => {
    const run = join(home, "run");
    const before = await contentOf(run);
    for (const name of ["result", "report.html"]) await rm(join(run, name), { recursive: true });
    const { code, stdout, stderr } = await otlearn(["report", "run"], { cwd: home });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "run/report.html\n", stderr: "" });
    expect(await contentOf(run)).toEqual(before);
    expect(before["report.html"]).toBeDefined();
  });
});
