import { element } from "../../../eval/page/element.ts";
import { redeem } from "./actions.ts";
import { route, takeToken } from "./address.ts";
import { listen } from "./connection.ts";
import { listView } from "./list-view.ts";
import { madeView } from "./made-view.ts";
import { messagesBox } from "./messages-box.ts";
import { runView } from "./run-view.ts";
import { emptyState } from "./state.ts";
import type { View } from "./view.ts";

const state = emptyState();
const messages = messagesBox();
const place = element("span", { className: "place" });
const connection = element("span", { className: "connection", role: "status" });
const outlet = element("div");
let view: View | undefined;
let leave = (): void => undefined;

/** Draws once a frame, however many events came. */
let isDue = false;
function changed(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    place.textContent = state.directory;
    connection.textContent = state.isConnected ? "live" : "connection lost, trying again …";
    connection.classList.toggle("lost", !state.isConnected);
    view?.show(state);
  });
}

function enter(): void {
  leave();
  view?.leave?.();
  const to = route();
  const run = to.view === "run" ? to.run : undefined;
  state.history = undefined;
  state.details = undefined;
  messages.clear();
  if (to.view === "run") view = runView(to.run, messages);
  else view = to.view === "page" ? madeView(to.page) : listView(messages);
  outlet.replaceChildren(view.box);
  document.title = `${view.title} · otlearn`;
  leave = listen(
    run,
    {
      snapshot(snapshot) {
        state.directory = snapshot.directory;
        state.notes = snapshot.notes;
        state.runs.clear();
        for (const summary of snapshot.runs) state.runs.set(summary.id, summary);
        state.pages.clear();
        for (const page of snapshot.pages) state.pages.set(page.id, page);
        changed();
      },
      run(summary) {
        state.runs.set(summary.id, summary);
        changed();
      },
      gone({ run: id }) {
        state.runs.delete(id);
        changed();
      },
      notes(notes) {
        state.notes = notes;
        changed();
      },
      page(page) {
        state.pages.set(page.id, page);
        changed();
      },
      history(history) {
        state.history = history;
        changed();
      },
      rows({ rows }) {
        view?.append?.(rows);
      },
      details(details) {
        state.details = details;
        changed();
      },
    },
    (isThere) => {
      state.isConnected = isThere;
      changed();
    },
  );
}

document
  .getElementById("dashboard")
  ?.replaceChildren(
    element("div", { className: "top" }, element("a", { href: "#/" }, "otlearn"), place, connection),
    messages.box,
    outlet,
  );
/** Goes to what the address asks for. */
function arrive(): void {
  const code = takeToken();
  enter();
  if (code !== undefined) void messages.attempt(() => redeem(code));
}
addEventListener("hashchange", () => {
  arrive();
  scrollTo(0, 0);
});
arrive();
