import { element } from "../../../eval/page/element.ts";
import type { RunSummary } from "../messages.ts";
import { makePage } from "./actions.ts";
import { addressOf } from "./address.ts";
import type { Messages } from "./messages-box.ts";
import { spark } from "./spark.ts";
import type { State } from "./state.ts";
import type { View } from "./view.ts";
import { dateWords, metricWords, stateWords, stepWords } from "./words.ts";

/** The runs of the directory, newest first. Rows stay the same elements, so that the keyboard keeps its place. */
export function listView(messages: Messages): View {
  const list = element("ul", { className: "runs" });
  const none = element("p", {}, "No runs yet: otlearn train wdl makes one. It will show up here.");
  const compare = element("button", { type: "button", disabled: true });
  const notes = element("div");
  const rows = new Map<string, RunRow>();
  const chosen = new Set<string>();

  const showChoice = (): void => {
    compare.textContent = chosen.size < 2 ? "Compare (choose two or more runs)" : `Compare ${chosen.size} runs`;
    compare.disabled = chosen.size < 2;
  };
  compare.addEventListener("click", () => {
    void messages.attempt(async () => {
      const ids = [...rows.keys()].filter((id) => chosen.has(id));
      location.hash = addressOf({ view: "page", page: (await makePage(ids)).id });
    });
  });

  showChoice();
  return {
    title: "Runs",
    box: element(
      "div",
      {},
      element("h1", {}, "Runs"),
      notes,
      list,
      none,
      element("div", { className: "actions" }, compare),
    ),
    show(state: State) {
      notes.replaceChildren(...state.notes.map((note) => element("p", { className: "notice" }, note)));
      const runs = [...state.runs.values()].sort(byStart);
      for (const [id, { box }] of rows) {
        if (state.runs.has(id)) continue;
        box.remove();
        rows.delete(id);
        chosen.delete(id);
      }
      runs.forEach((run, index) => {
        const row = rows.get(run.id) ?? runRow(run.id, chosen, showChoice);
        rows.set(run.id, row);
        row.show(run);
        if (list.children[index] !== row.box) list.insertBefore(row.box, list.children[index] ?? null);
      });
      none.hidden = runs.length > 0;
      compare.hidden = runs.length < 2;
      showChoice();
    },
  };
}

interface RunRow {
  readonly box: HTMLElement;
  show(run: RunSummary): void;
}

function runRow(id: string, chosen: Set<string>, changed: () => void): RunRow {
  const pick = element("input", { type: "checkbox" });
  pick.addEventListener("change", () => {
    if (pick.checked) chosen.add(id);
    else chosen.delete(id);
    changed();
  });
  const name = element("a", { href: addressOf({ view: "run", run: id }) });
  const about = element("span", { className: "about" });
  const state = element("span", { className: "state" });
  const step = element("span", { className: "step" });
  const problem = element("span", { className: "problem" });
  const curve = spark();
  const box = element(
    "li",
    {},
    pick,
    element("span", { className: "name" }, name),
    about,
    curve.box,
    state,
    step,
    problem,
  );
  return {
    box,
    show(run) {
      name.textContent = run.name;
      pick.setAttribute("aria-label", `Choose ${run.name}`);
      const words = [run.task, run.dataset, dateWords(run.created), metricWords(run.metrics)];
      about.textContent = words.filter(Boolean).join(" · ");
      state.textContent = stateWords(run.state);
      state.dataset["state"] = run.state;
      step.textContent = stepWords(run);
      problem.textContent = [...run.problems, run.failure].filter(Boolean).join("; ");
      problem.hidden = problem.textContent === "";
      curve.show(run.spark);
    },
  };
}

function byStart(a: RunSummary, b: RunSummary): number {
  return (b.created ?? "").localeCompare(a.created ?? "") || a.name.localeCompare(b.name);
}
