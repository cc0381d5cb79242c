import { formatNumber } from "../format.ts";
import { classesOf, legendOf } from "../pictures/point-sets.ts";
import type { SurfaceView } from "../views.ts";
import { element } from "./element.ts";
import { classLegend } from "./legend.ts";
import { isMuted, paint } from "./surface/paint.ts";
import { markAt, placed, pointSetsOf, sceneOf, type Placed, type Scene } from "./surface/scene.ts";
import { listenToTurns, turnButtons, turned, type Eye } from "./surface/turn.ts";

/** CSS pixels. */
const LARGEST_SIDE = 460;

/** What all pictures of a view share. */
interface Shared {
  readonly view: SurfaceView;
  readonly eye: Eye;
  muted: ReadonlySet<number>;
  turn(right: number, down: number): void;
}

/** Points in space on canvases that turn together: by drag, arrow keys and buttons; names on hover, classes and sets to mute. */
export function drawSurfaceView(box: HTMLElement, view: SurfaceView): Promise<void> {
  const shared: Shared = {
    view,
    eye: { ...view.eye },
    muted: new Set(),
    turn(right, down) {
      turned(shared.eye, right, down);
      redraw();
    },
  };
  const shown = view.panels ? view.sets.map((_, set) => [set]) : [view.sets.map((_, set) => set)];
  const pictures = element("div", { className: "turns" });
  const buttons = turnButtons(shared.turn, () => {
    Object.assign(shared.eye, view.eye);
    redraw();
  });
  const hint = element("p", { className: "note" }, "Drag, or press the arrow keys, to turn.");
  const controls = element("div", { className: "controls" }, hint, buttons);
  box.replaceChildren(controls, pictures, ...legendFor(view, (muted) => ((shared.muted = muted), redraw())));
  const panels = shown.map((sets) => new Panel(pictures, shared, sets));
  const redraw = () => panels.forEach((panel) => panel.redraw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  redraw();
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

function legendFor({ sets, panels }: SurfaceView, changed: (muted: ReadonlySet<number>) => void): HTMLElement[] {
  const entries = legendOf(pointSetsOf(sets)).map(({ text, color, shape, fill }) => {
    return { name: text, color, shape, hollow: fill === 0 };
  });
  const told = panels ? entries.slice(0, classesOf(pointSetsOf(sets)).length) : entries; // panels have titles
  return told.length > 0 ? [classLegend(told, changed)] : [];
}

/** One picture. */
class Panel {
  readonly #shared: Shared;
  readonly #shown: readonly number[];
  readonly #canvas: HTMLCanvasElement;
  readonly #hint = element("div", { className: "turn-hint", hidden: true });
  #scene: Scene | undefined;
  #placed: Placed | undefined;
  #pointed: number | undefined;
  #isAsked = false;

  constructor(into: HTMLElement, shared: Shared, shown: readonly number[]) {
    this.#shared = shared;
    this.#shown = shown;
    const { sets, panels } = shared.view;
    const names = shown.map((set) => sets[set].name).join(" and ");
    this.#canvas = element("canvas", { className: "turn", tabIndex: 0 });
    this.#canvas.setAttribute("role", "application");
    this.#canvas.setAttribute("aria-label", `${names} in space: arrow keys turn it; the points are in the table below`);
    const title = panels ? [element("h3", {}, names)] : [];
    const frame = element("div", { className: "turn-frame" }, this.#canvas, this.#hint);
    into.append(element("div", {}, ...title, frame));
    listenToTurns(this.#canvas, (right, down) => shared.turn(right, down));
    this.#canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#canvas.addEventListener("pointerup", (event) => this.#point(event)); // a tap
    this.#canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") this.#point(undefined); // a finger has left as soon as it is lifted
    });
    new ResizeObserver(() => this.#fit(frame)).observe(frame);
    this.#fit(frame);
  }

  /** Once in the next frame, however often it is asked for. */
  redraw(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#draw();
    });
  }

  #fit(frame: HTMLElement): void {
    const side = Math.max(160, Math.min(LARGEST_SIDE, frame.clientWidth));
    const pixels = Math.round(side * devicePixelRatio);
    if (this.#scene?.side === side && this.#canvas.width === pixels) return;
    this.#canvas.width = this.#canvas.height = pixels;
    this.#canvas.style.width = this.#canvas.style.height = `${side}px`;
    this.#scene = sceneOf(this.#shared.view, this.#shown, side);
    this.redraw();
  }

  #draw(): void {
    const context = this.#canvas.getContext("2d");
    const scene = this.#scene;
    if (!context || !scene) return;
    const { eye, muted } = this.#shared;
    const scale = this.#canvas.width / scene.side;
    this.#placed = placed(scene, eye.azimuth, eye.elevation);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const ink = getComputedStyle(this.#canvas).color;
    paint(context, { scene, placed: this.#placed, ink, muted, pointed: this.#pointed });
    this.#canvas.dataset["eye"] = `${eye.azimuth.toFixed(1)} ${eye.elevation.toFixed(1)}`;
  }

  /** Shows what lies under the pointer; nothing while it turns the picture. */
  #point(event: PointerEvent | undefined): void {
    const before = this.#pointed;
    this.#pointed = undefined;
    if (event && event.buttons === 0 && this.#scene && this.#placed) {
      const { muted } = this.#shared;
      const scene = this.#scene;
      this.#pointed = markAt(
        scene,
        this.#placed,
        [event.offsetX, event.offsetY],
        (mark) => !isMuted(scene, muted, mark),
      );
    }
    this.#hint.hidden = this.#pointed === undefined;
    if (event && this.#pointed !== undefined) this.#tell(this.#pointed, event);
    if (before !== this.#pointed) this.redraw();
  }

  #tell(pointed: number, { offsetX, offsetY }: PointerEvent): void {
    const { set, point } = this.#scene!.marks[pointed];
    const { name, names, labels, masses } = this.#shared.view.sets[set];
    const lines = [
      `${name}: ${names[point]}`,
      ...(labels ? [labels[point] ?? "no class"] : []),
      ...(masses ? [`mass ${formatNumber(masses[point])}`] : []),
    ];
    this.#hint.replaceChildren(...lines.map((line) => element("div", {}, line)));
    const isRight = offsetX > this.#scene!.side / 2;
    this.#hint.style.top = `${offsetY + 12}px`;
    this.#hint.style.left = isRight ? "auto" : `${offsetX + 12}px`;
    this.#hint.style.right = isRight ? `${this.#canvas.parentElement!.clientWidth - offsetX + 12}px` : "auto";
  }
}
