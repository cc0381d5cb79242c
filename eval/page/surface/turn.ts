import { element } from "../element.ts";

/** An eye: degrees round the vertical axis and above the equator. */
export interface Eye {
  azimuth: number;
  elevation: number;
}

/** Degrees for a pixel of a drag, and for a press of a key or button. */
const DRAG = 0.5;
const STEP = 10;

/** Degrees that the things seen turn to the right and downwards. */
type Turn = (right: number, down: number) => void;

const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** Turns an eye, which stays on its side of the poles. */
export function turned(eye: Eye, right: number, down: number): void {
  eye.azimuth = (eye.azimuth - right) % 360;
  eye.elevation = Math.max(-90, Math.min(90, eye.elevation + down));
}

/** Lets a picture be turned by dragging with a mouse or pen, sideways with a finger, and by the arrow keys. */
export function listenToTurns(canvas: HTMLCanvasElement, turn: Turn): void {
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) turn(DRAG * event.movementX, DRAG * event.movementY);
  });
  canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    turn(...arrow);
  });
}

/** Buttons for the same, as a finger moves the page up and down. */
export function turnButtons(turn: Turn, reset: () => void): HTMLElement {
  const button = (text: string, label: string, press: () => void) => {
    const made = element("button", { type: "button" }, text);
    made.setAttribute("aria-label", label);
    made.addEventListener("click", press);
    return made;
  };
  return element(
    "div",
    { className: "zoom" },
    button("←", "Turn left", () => turn(-STEP, 0)),
    button("→", "Turn right", () => turn(STEP, 0)),
    button("↑", "Turn up", () => turn(0, -STEP)),
    button("↓", "Turn down", () => turn(0, STEP)),
    button("Reset", "Reset the view", reset),
  );
}
