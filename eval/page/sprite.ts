import type { Sprite } from "../views.ts";

/** Reads the images of a sprite: gray levels, row by row. */
export async function imagesOf({ url, count, columns, width, height }: Sprite): Promise<Uint8Array[]> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(image, 0, 0);
  return Array.from({ length: count }, (_, index) => {
    const [x, y] = [(index % columns) * width, Math.floor(index / columns) * height];
    const { data } = context.getImageData(x, y, width, height);
    return Uint8Array.from({ length: width * height }, (_, pixel) => data[4 * pixel]);
  });
}
