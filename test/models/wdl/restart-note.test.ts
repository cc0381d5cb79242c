import { expect, it } from "vitest";
import { restartNote } from "../../../models/wdl/restart-note.ts";

it.each([
  ["plain barycenters", { debiased: false, warmRestart: 10, iterations: 500 }, undefined],
  ["no restarts", { debiased: true, warmRestart: 0, iterations: 500 }, undefined],
  ["a few restarts", { debiased: true, warmRestart: 10, iterations: 60 }, undefined],
  [
    "many restarts",
    { debiased: true, warmRestart: 10, iterations: 61 },
    /fit worse again after more than 5 warm restarts/,
  ],
] as const)("%s", (_, options, expected) => {
  const note = restartNote(options);
  if (expected === undefined) expect(note).toBeUndefined();
  else expect(note).toMatch(expected);
});
