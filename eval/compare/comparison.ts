import type { Evaluator } from "../evaluator.ts";
import type { Highlight, Report, ReportSection } from "../report.ts";
import type { ComparedRun } from "./compared-run.ts";
import { curvesSections } from "./curves.ts";
import { choosePictures } from "./pictures.ts";
import { compareResults, markNote, resultRows, type ComparedFigure } from "./results.ts";
import { settingsSections } from "./settings.ts";

/** What a comparison needs to know of a component. */
type Shown = Pick<Evaluator, "curves" | "results">;

/** Bytes of all pictures of a page; in HTML they take a third more. */
const MOST_PICTURE_BYTES = 5_000_000;
/** The pictures that the curves of the page are in place of. */
const DRAWN_ANEW = ["progress"];

/**
 * Runs beside each other: what they ended with and which is best, what they were asked to do differently, their curves together
 * and their pictures side by side. Runs of different tasks are compared task by task.
 *
 * @param shownOf what the component of a task shows
 */
export async function compareRuns(runs: readonly ComparedRun[], shownOf: (task: string) => Shown): Promise<Report> {
  const tasks = [...new Set(runs.map(({ task }) => task))];
  const share = 1 / tasks.length;
  const groups = await Promise.all(
    tasks.map(async (task) => {
      const own = runs.filter((run) => run.task === task);
      const { results, curves } = shownOf(task);
      const compared = compareResults(own, results);
      const sections = [
        ...resultSections(own, compared),
        ...settingsSections(own),
        ...curvesSections(own, curves, share),
        ...(await pictureSections(own, share)),
      ];
      return { compared, sections: tasks.length > 1 ? sections.map((section) => titled(section, task)) : sections };
    }),
  );
  return {
    title: `Comparison of ${runs.length} runs`,
    subtitle: tasks.join(", "),
    highlights: tasks.length === 1 ? highlightsOf(runs, groups[0].compared) : [],
    sections: [runTable(runs), ...groups.flatMap(({ sections }) => sections), ...noteSections(runs)],
  };
}

/** The best of the main figures. */
function highlightsOf(runs: readonly ComparedRun[], compared: readonly ComparedFigure[]): Highlight[] {
  return compared
    .filter(({ figure, best }) => figure.bars && best.length > 0)
    .map(({ figure, values, best }) => ({
      label: `best ${figure.title}`,
      value: values[best[0]],
      note: namesOf(best.map((run) => runs[run].name)),
    }));
}

/** Names of runs that share a place, as many as are read. */
function namesOf(names: readonly string[]): string {
  return names.length > 3 ? `${names[0]} and ${names.length - 1} more` : names.join(", ");
}

function runTable(runs: readonly ComparedRun[]): ReportSection {
  return {
    kind: "table",
    title: "Runs",
    columns: ["run", "task", "folder", "started", "steps", "seconds"].map((title) => ({ title })),
    rows: runs.map(({ name, task, path, created, columns }) => [
      name,
      task,
      path,
      created?.slice(0, 16).replace("T", " "),
      columns["step"]?.at(-1) ?? 0,
      columns["seconds"]?.at(-1),
    ]),
  };
}

function resultSections(runs: readonly ComparedRun[], compared: readonly ComparedFigure[]): ReportSection[] {
  if (compared.length === 0) return [];
  const note = markNote(compared);
  const charts = compared
    .filter(({ figure, values, incomparable }) => {
      return figure.bars && !incomparable && values.filter(Number.isFinite).length > 1;
    })
    .map(({ figure, values, best }) => ({
      title: figure.title,
      bars: runs.flatMap(({ name }, run) => {
        const value = values[run];
        return Number.isFinite(value) ? [{ name, value: value!, isBest: best.includes(run) }] : [];
      }),
    }));
  return [
    {
      kind: "table",
      title: "Results",
      ...(note !== "" && { caption: note }),
      columns: [{ title: "run" }, ...compared.map(({ figure }) => ({ title: figure.title }))],
      rows: resultRows(runs, compared),
      best: compared.flatMap(({ best }, column) => best.map((run) => [run, column + 1] as const)),
    },
    ...(charts.length > 0
      ? [
          {
            kind: "figure",
            caption: "The main results of each run.",
            picture: { kind: "view", view: { kind: "bars", charts } },
          } as const,
        ]
      : []),
  ];
}

async function pictureSections(runs: readonly ComparedRun[], share: number): Promise<ReportSection[]> {
  const { rows, leftOut } = await choosePictures(runs, share * MOST_PICTURE_BYTES, DRAWN_ANEW);
  const note =
    `Not shown, since this page would become too large or a file cannot be read: ${leftOut.join(", ")}. ` +
    "They are in the result folder of each run.";
  return [
    ...rows.map(({ name, images }): ReportSection => ({ kind: "gallery", title: name.replaceAll("_", " "), images })),
    ...(leftOut.length > 0 ? [{ kind: "text", title: "More pictures", paragraphs: [note] } as const] : []),
  ];
}

function noteSections(runs: readonly ComparedRun[]): ReportSection[] {
  const lines = runs.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`));
  return lines.length > 0 ? [{ kind: "text", title: "Left out", paragraphs: lines }] : [];
}

function titled(section: ReportSection, task: string): ReportSection {
  return section.title === undefined ? section : { ...section, title: `${task}: ${section.title}` };
}
