import { element } from "../../../eval/page/element.ts";
import type { RunSummary } from "../messages.ts";
import { makePage, resume, stop } from "./actions.ts";
import { reportFrame } from "./frame.ts";
import type { Messages } from "./messages-box.ts";
import { liveCurves } from "./live-curves.ts";
import { progressBar } from "./progress.ts";
import { recordTable } from "./record-table.ts";
import { rowsOf, type State } from "./state.ts";
import type { View } from "./view.ts";
import { metricNames } from "../thin.ts";
import { dateWords, numberWords, stateWords } from "./words.ts";

/** One run: how far it is, its curves as they grow, what it was asked to do, what it found. */
export function runView(id: string, messages: Messages): View {
  const heading = element("h1");
  const about = element("p", { className: "subtitle" });
  const state = element("span", { className: "state" });
  const progress = progressBar();
  const notices = element("div");
  const curves = liveCurves();
  const metrics = recordTable("Last metrics");
  const options = recordTable("Configuration");
  const result = recordTable("Result");
  const report = reportFrame("Report");
  const soFar = reportFrame("What is learned so far");
  const soFarWords = element("p", { role: "status" });

  const act = (label: string, action: () => Promise<unknown>): HTMLButtonElement => {
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => void messages.attempt(async () => void (await action())));
    return button;
  };
  const stopButton = act("Stop", () => stop(id));
  const resumeButton = act("Resume", () => resume(id));
  const soFarButton = act("What is learned so far", () => makePage([id]));

  let drawn: State["history"];
  const box = element(
    "div",
    {},
    element("p", {}, element("a", { href: "#/" }, "All runs")),
    heading,
    about,
    element("div", { className: "progress" }, state, progress.box),
    element("div", { className: "actions" }, stopButton, resumeButton, soFarButton),
    notices,
    curves.box,
    soFarWords,
    soFar.box,
    report.box,
    metrics.box,
    result.box,
    options.box,
  );

  function showRun(run: RunSummary): void {
    heading.textContent = run.name;
    const started = dateWords(run.created);
    about.textContent = [run.task, run.dataset, started && `started ${started}`].filter(Boolean).join(" · ");
    state.textContent = stateWords(run.state);
    state.dataset["state"] = run.state;
    progress.show(run);
    stopButton.hidden = run.state !== "running" && run.state !== "stopping";
    stopButton.disabled = run.state === "stopping";
    resumeButton.hidden = run.state !== "interrupted" && run.state !== "starting";
    resumeButton.disabled = run.state === "starting";
    soFarButton.hidden = run.state === "finished" || run.state === "unreadable" || run.step === 0;
    metrics.show(Object.fromEntries(metricNames(run.metrics).map((name) => [name, numberWords(run.metrics[name])])));
    report.show(run.report === undefined ? undefined : `/runs/${id}/report?${run.report}`);
  }

  return {
    title: "Run",
    box,
    show({ runs, history, details, pages }: State) {
      const run = runs.get(id);
      const failure = run?.failure === undefined ? [] : [`It could not be resumed: ${run.failure}`];
      const gone = run ? [] : ["This run is gone: it was deleted or moved. What is shown is what was seen last."];
      const lines = [...gone, ...failure, ...(run?.problems ?? [])];
      notices.replaceChildren(...lines.map((line) => element("p", { className: "notice bad" }, line)));
      if (run) showRun(run);
      else for (const button of [stopButton, resumeButton, soFarButton]) button.hidden = true;
      if (history !== drawn && history) {
        drawn = history;
        progress.begin(rowsOf(history));
        curves.begin(history);
      }
      options.show(details?.options ?? {});
      result.show(details?.summary ?? {});
      const page = [...pages.values()].find(({ runs: [first, ...others] }) => first === id && others.length === 0);
      soFarButton.disabled = page?.state === "working";
      soFarWords.textContent =
        page?.state === "working" ? "What is learned so far is being evaluated …" : (page?.problem ?? "");
      soFar.show(page?.state === "ready" && !soFarButton.hidden ? `/pages/${page.id}?${page.version}` : undefined);
    },
    append(rows) {
      progress.observe(rows);
      curves.append(rows);
    },
    leave: () => curves.leave(),
  };
}
