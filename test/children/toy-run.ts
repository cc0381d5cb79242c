import { setTimeout } from "node:timers/promises";
import type { Task } from "../../models/task.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { createReporter, createRunDirectory, openRunDirectory, train } from "../../training/index.ts";
import { adversarialTask, alternatingTask, powerTask } from "./toys.ts";

/** `node toy-run.js <task> <steps> <folder> <start|resume> <pause a step in ms>`: a toy run in a process of its own. */
const [name, steps, folder, mode, pause] = process.argv.slice(2) as [string, string, string, string, string];

const tasks: Readonly<Record<string, (count: number) => Task<unknown>>> = {
  adversarial: (count) => adversarialTask(count),
  power: (count) => powerTask(count),
  alternating: (count) => alternatingTask(count),
};

await useBackend("cpu");
const task = tasks[name](Number(steps));
const paced: Task<unknown> = {
  ...task,
  async step(state, context) {
    await setTimeout(Number(pause));
    return task.step(state, context);
  },
};
const config = { task: name, seed: 7, backend: "cpu", options: { steps: Number(steps) } };
const run = mode === "resume" ? await openRunDirectory(folder) : await createRunDirectory(folder, config);
const { status } = await train(paced, {
  seed: 7,
  run,
  resume: mode === "resume",
  evaluateEvery: 4,
  checkpointEvery: 2,
  keepLast: 2,
  best: { metric: { adversarial: "loss", power: "change", alternating: "scale" }[name]! },
  reporter: createReporter({ json: true }),
});
process.exitCode = status === "interrupted" ? 130 : 0;
