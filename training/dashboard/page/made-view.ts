import { element } from "../../../eval/page/element.ts";
import { reportFrame } from "./frame.ts";
import type { State } from "./state.ts";
import type { View } from "./view.ts";

/** Several runs beside each other, on a page that the server makes. */
export function madeView(id: string): View {
  const words = element("p", {});
  const frame = reportFrame("Comparison");
  return {
    title: "Comparison",
    box: element(
      "div",
      {},
      element("p", {}, element("a", { href: "#/" }, "All runs")),
      element("h1", {}, "Comparison"),
      words,
      frame.box,
    ),
    show({ pages, runs }: State) {
      const page = pages.get(id);
      const names = page?.runs.map((run) => runs.get(run)?.name ?? "a run that is gone").join(", ");
      words.className = page?.state === "failed" ? "notice bad" : "";
      if (!page) words.textContent = "This page is gone: the dashboard has been started anew. Choose the runs again.";
      else if (page.state === "working") words.textContent = `Comparing ${names} …`;
      else if (page.state === "failed") words.textContent = `The runs could not be compared: ${page.problem}`;
      else words.textContent = names ?? "";
      frame.show(page?.state === "ready" ? `/pages/${id}?${page.version}` : undefined);
    },
  };
}
