import { sharp } from "#platform/images";
import type { Sprite } from "../views.ts";

/** Gray images of one size, 8 bits a pixel, as one PNG near a square. */
export async function spriteOf(images: readonly Uint8Array[], width: number, height: number): Promise<Sprite> {
  const columns = Math.max(1, Math.round(Math.sqrt((images.length * height) / width)));
  const stride = columns * width;
  const pixels = Buffer.alloc(stride * Math.ceil(images.length / columns) * height);
  images.forEach((image, index) => {
    const corner = Math.floor(index / columns) * height * stride + (index % columns) * width;
    for (let y = 0; y < height; y++) pixels.set(image.subarray(y * width, (y + 1) * width), corner + y * stride);
  });
  const raw = { width: stride, height: pixels.length / stride, channels: 1 } as const;
  const png = await sharp(pixels, { raw, limitInputPixels: false })
    .toColourspace("b-w")
    .png({ compressionLevel: 9 })
    .toBuffer();
  return { url: `data:image/png;base64,${png.toString("base64")}`, count: images.length, columns, width, height };
}
