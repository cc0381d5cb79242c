import { element } from "../../../eval/page/element.ts";
import { imagePicture } from "../../../eval/page/values-picture.ts";
import { droppedFiles } from "./dropped-files.ts";
import type { Images } from "./messages.ts";
import { readImages, type ReadImages } from "./read-images.ts";

/** Pixels of the longer side of an input, as it is shown. */
const THUMBNAIL = 48;
/** Shown of many. */
const MOST_SHOWN = 40;

/** Where the images come from: chosen once, read again at another size. */
type Source = (side: number) => Promise<ReadImages>;

export interface SourceBox {
  readonly box: HTMLElement;
  /** Reads the chosen images at this size; nothing where none are chosen. */
  resize(side: number): Promise<void>;
}

/** The images that are learned from: dropped, chosen, or the faces of this server. @param onRead undefined: there are none (any more) */
export function sourceBox(side: () => number, onRead: (images: Images | undefined) => void): SourceBox {
  let source: Source | undefined;
  const note = element("p", { className: "status" });
  note.setAttribute("role", "status");
  const shown = element("div", { className: "inputs" });

  async function read(): Promise<void> {
    if (!source) return;
    const asked = source;
    note.textContent = "Reading …";
    try {
      const { images, note: left } = await asked(side());
      if (asked !== source) return;
      const [count, height, width] = images.shape;
      note.textContent = `${count} images of ${width} x ${height} pixels${left && `; ${left}`}`;
      shown.replaceChildren(...thumbnails(images));
      onRead(images);
    } catch (error) {
      note.textContent = `The images cannot be read: ${(error as Error).message}`;
      shown.replaceChildren();
      onRead(undefined);
    }
  }
  const take = (next: Source): void => {
    source = next;
    void read();
  };
  const takeFiles = (files: readonly File[]): void => {
    if (files.length > 0) take((size) => readImages(files, size));
  };

  const faces = element("button", { type: "button" }, "Take the drawn faces");
  faces.addEventListener("click", () => take(fetchFaces));
  const zone = element(
    "div",
    { className: "drop" },
    element("p", {}, "Drop a folder of images here, or"),
    element(
      "div",
      { className: "controls" },
      faces,
      picker("Choose a folder", { webkitdirectory: true }, takeFiles),
      picker("Choose images", { accept: "image/*" }, takeFiles),
    ),
  );
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(takeFiles);
  });
  return { box: element("div", {}, zone, note, shown), resize: read };
}

/** A button that asks for files. */
function picker(text: string, kind: Partial<HTMLInputElement>, onFiles: (files: File[]) => void): HTMLElement {
  const input = element("input", { type: "file", multiple: true, hidden: true, ...kind });
  input.addEventListener("change", () => onFiles([...(input.files ?? [])]));
  const button = element("button", { type: "button" }, text);
  button.addEventListener("click", () => input.click());
  return element("span", {}, button, input);
}

async function fetchFaces(side: number): Promise<ReadImages> {
  const response = await fetch(`/faces?size=${side}`);
  if (!response.ok) throw new Error(await response.text());
  const { shape, names, values } = (await response.json()) as Pick<Images, "shape" | "names"> & { values: number[] };
  const dataset = { name: "faces", size: String(side) };
  return { images: { shape, names, values: Float64Array.from(values), dataset }, note: "" };
}

function thumbnails({ shape: [count, height, width], values, names }: Images): Element[] {
  const pixels = height * width;
  return Array.from({ length: Math.min(count, MOST_SHOWN) }, (_, index) => {
    const picture = imagePicture([height, width], names[index], THUMBNAIL);
    picture.draw(values.subarray(index * pixels, (index + 1) * pixels));
    return picture.element;
  });
}
