import { describe, expect, it } from "vitest";
import type { ComparedRun } from "../../../eval/compare/compared-run.ts";
import { differingSettings, settingsSections } from "../../../eval/compare/settings.ts";

function run(name: string, settings: ComparedRun["settings"]): ComparedRun {
  return { name, path: name, task: "wdl", settings, data: "d", columns: {}, pictures: [], notes: [] };
}

const RUNS = [
  run("a", { atoms: 3, size: [64, 60], invert: false, seed: 1 }),
  run("b", { atoms: 5, size: [64, 60], invert: false, seed: 1, cost: "c.npy" }),
];

describe("differingSettings", () => {
  it("names what is another in some run, or only in some", () => {
    expect(differingSettings(RUNS)).toEqual(["atoms", "cost"]);
  });

  it("compares lists by what they hold", () => {
    expect(differingSettings([{ settings: { size: [1, 2] } }, { settings: { size: [1, 3] } }])).toEqual(["size"]);
    expect(differingSettings([{ settings: { size: [1, 2] } }, { settings: { size: [1, 2] } }])).toEqual([]);
  });
});

describe("settingsSections", () => {
  it("has a column a run", () => {
    const [differ, share] = settingsSections(RUNS);
    expect(differ).toMatchObject({
      columns: [{ title: "setting" }, { title: "a" }, { title: "b" }],
      rows: [
        ["atoms", 3, 5],
        ["cost", undefined, "c.npy"],
      ],
    });
    expect(share).toMatchObject({ collapsed: true, rows: [["size", "[64,60]"], ["invert", false], ["seed", 1]] }); // prettier-ignore
  });

  it("says that there are none; of one run nothing", () => {
    expect(settingsSections([RUNS[0], { ...RUNS[0], name: "again" }])[0]).toMatchObject({ kind: "text" });
    expect(settingsSections(RUNS.slice(0, 1))).toEqual([]);
  });
});
