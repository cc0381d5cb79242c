import { element } from "../../../eval/page/element.ts";
import type { BackendChoice } from "../../../src/tensor/backend.ts";

/** Longer sides of the images that are offered, in pixels. */
const SIDES = [16, 24, 32, 48, 64];
const BACKENDS: readonly BackendChoice[] = ["auto", "webgpu", "wasm", "cpu"];

export interface Settings {
  readonly box: HTMLElement;
  readonly atoms: () => number;
  readonly side: () => number;
  readonly steps: () => number;
  readonly backend: () => BackendChoice;
  onSide(listener: () => void): void;
  /** While it learns, nothing can be changed. */
  lock(isLocked: boolean): void;
}

/** What is chosen beside the images. */
export function settings(): Settings {
  const atoms = numberInput("5", 2, 12);
  const steps = numberInput("50", 1, 1000);
  const side = select(SIDES.map(String), "32");
  const backend = select(BACKENDS, "auto");
  const box = element(
    "fieldset",
    { className: "controls settings" },
    element("legend", {}, "Settings"),
    element("label", {}, "Atoms ", atoms),
    element("label", {}, "Pixels a side ", side),
    element("label", {}, "Steps ", steps),
    element("label", {}, "Backend ", backend),
  );
  return {
    box,
    atoms: () => within(atoms),
    side: () => Number(side.value),
    steps: () => within(steps),
    backend: () => backend.value as BackendChoice,
    onSide: (listener) => side.addEventListener("change", listener),
    lock: (isLocked) => void (box.disabled = isLocked),
  };
}

function numberInput(value: string, min: number, max: number): HTMLInputElement {
  return element("input", { type: "number", value, min: String(min), max: String(max), step: "1" });
}

/** The whole number nearest to what was typed, within its bounds; shown as such. */
function within(input: HTMLInputElement): number {
  const asked = Math.round(input.valueAsNumber);
  const value = Math.min(Math.max(Number.isNaN(asked) ? 0 : asked, Number(input.min)), Number(input.max));
  input.value = String(value);
  return value;
}

function select(values: readonly string[], chosen: string): HTMLSelectElement {
  return element(
    "select",
    {},
    ...values.map((value) => element("option", { value, selected: value === chosen }, value)),
  );
}
