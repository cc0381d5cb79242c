import { element } from "../../../eval/page/element.ts";
import type { Images, News, Order } from "./messages.ts";
import { progress } from "./progress.ts";
import { result } from "./result.ts";
import { settings } from "./settings.ts";
import { sourceBox } from "./source.ts";

const worker = new Worker("/worker.js", { type: "module" });
const order = (message: Order): void => worker.postMessage(message);

let images: Images | undefined;
let isLearning = false;

const chosen = settings();
const source = sourceBox(chosen.side, (read) => {
  images = read;
  show();
});
chosen.onSide(() => void source.resize(chosen.side()));
const learn = element("button", { type: "button" }, "Learn");
const stop = element("button", { type: "button" }, "Stop");
const backend = element("p", { className: "status backend" });
const state = element("p", { className: "status" });
for (const line of [backend, state]) line.setAttribute("role", "status");
const learning = progress();
const outcome = result();

function show(): void {
  learn.disabled = isLearning || !images;
  stop.disabled = !isLearning;
  chosen.lock(isLearning);
}

learn.addEventListener("click", () => {
  if (!images) return;
  isLearning = true;
  const atoms = chosen.atoms();
  learning.begin(atoms, images.shape.slice(1));
  outcome.clear();
  backend.textContent = "";
  state.textContent = "Starting …";
  order({ kind: "learn", images, options: { atoms, iterations: chosen.steps() }, backend: chosen.backend() });
  show();
});
stop.addEventListener("click", () => {
  stop.disabled = true;
  order({ kind: "stop" });
});

worker.addEventListener("message", ({ data: news }: MessageEvent<News>) => {
  switch (news.kind) {
    case "backend":
      backend.textContent = `Backend: ${news.text}`;
      return;
    case "step":
      state.textContent = `Step ${news.row.step} of ${chosen.steps()}, loss ${news.row["loss"]?.toPrecision(4)}`;
      learning.step(news.row, news.atoms);
      return;
    case "learned":
      state.textContent = news.reason;
      outcome.show(news);
      break;
    case "fault":
      state.textContent = `It cannot go on: ${news.message}`;
      break;
    default:
      news satisfies never;
  }
  isLearning = false;
  show();
});
worker.addEventListener("error", (event) => {
  state.textContent = `The worker of this page failed: ${event.message}`;
  isLearning = false;
  show();
});

document
  .getElementById("demo")
  ?.replaceChildren(
    element(
      "header",
      {},
      element("h1", {}, "A dictionary that learns in this page"),
      element(
        "p",
        { className: "subtitle" },
        "Wasserstein dictionary learning: each image is a barycenter of a few atoms, and the atoms are learned. The images stay on this machine.",
      ),
    ),
    element(
      "section",
      {},
      element("h2", {}, "Images"),
      source.box,
      chosen.box,
      element("div", { className: "controls" }, learn, stop),
      backend,
      state,
    ),
    learning.box,
    outcome.box,
  );
show();
