import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { ComparedPicture, ComparedRun } from "../../../eval/compare/compared-run.ts";
import { choosePictures } from "../../../eval/compare/pictures.ts";

const png = new Uint8Array(
  await sharp({ create: { width: 6, height: 4, channels: 3, background: "red" } })
    .png()
    .toBuffer(),
);

function picture(name: string, bytes: number, content: () => Promise<Uint8Array> = async () => png): ComparedPicture {
  return { name, bytes, read: content };
}

function run(name: string, ...pictures: ComparedPicture[]): ComparedRun {
  return { name, path: name, task: "wdl", settings: {}, data: "d", columns: {}, pictures, notes: [] };
}

describe("choosePictures", () => {
  it("puts pictures of one name side by side, with their size", async () => {
    const runs = [
      run("a", picture("path", 5), picture("atoms", 9), picture("progress", 1)),
      run("b", picture("atoms", 9)),
    ];
    const { rows, leftOut } = await choosePictures(runs, 100, ["progress"]);
    expect(rows.map(({ name, images }) => [name, images.map(({ label }) => label)])).toEqual([
      ["atoms", ["a", "b"]],
      ["path", ["a"]],
    ]);
    expect(rows[0].images[0].picture).toMatchObject({ kind: "png", width: 6, height: 4 });
    expect(leftOut).toEqual([]);
  });

  it("leaves out the largest that have no room, for all runs together", async () => {
    const runs = ["a", "b"].map((name) => run(name, picture("large", 30), picture("small", 10), picture("middle", 20)));
    const { rows, leftOut } = await choosePictures(runs, 70);
    expect(rows.map(({ name }) => name)).toEqual(["middle", "small"]);
    expect(leftOut).toEqual(["large"]);
  });

  it("leaves out what is no picture or has gone", async () => {
    const gone = () => Promise.reject(new Error("gone"));
    const runs = [
      run(
        "a",
        picture("gone", 1, gone),
        picture("text", 1, async () => new Uint8Array(40)),
      ),
    ];
    expect(await choosePictures(runs, 100)).toEqual({ rows: [], leftOut: ["gone", "text"] });
  });
});
