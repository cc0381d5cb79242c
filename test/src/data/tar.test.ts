import { describe, expect, it } from "vitest";
import { decodeCifar } from "../../../src/data/cifar10.ts";
import { tarEntries } from "../../../src/data/tar.ts";
import { InputError } from "../../../src/errors.ts";

/** A tar archive as POSIX describes it: a header of 512 bytes a file, data padded to 512. */
function tar(files: Readonly<Record<string, string>>, type = "0"): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(content.length.toString(8).padStart(11, "0"), 124);
    header.write(type, 156);
    const data = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    data.write(content);
    return [header, data];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe("tarEntries", () => {
  it("reads plain files of any length", () => {
    const files = { "a/one.bin": "x".repeat(700), two: "", three: "y".repeat(512) };
    const entries = [...tarEntries(tar(files), "t.tar")];
    expect(Object.fromEntries(entries.map(({ name, data }) => [name, Buffer.from(data).toString()]))).toEqual(files);
  });

  it("passes over links and folders", () => {
    expect([...tarEntries(tar({ folder: "" }, "5"), "t.tar")]).toEqual([]);
  });

  it.each([
    ["cut short", tar({ a: "x".repeat(700) }).subarray(0, 1024)],
    ["of something else", new Uint8Array(2048).fill(65)],
  ])("refuses an archive %s", (_, bytes) => {
    expect(() => [...tarEntries(bytes, "t.tar")]).toThrow(new InputError("t.tar: damaged tar archive at byte 0"));
  });
});

describe("decodeCifar", () => {
  const record = (label: number, [red, green, blue]: readonly number[]): Uint8Array =>
    Uint8Array.from({ length: 3073 }, (_, index) =>
      index === 0 ? label : index <= 1024 ? red : index <= 2048 ? green : blue,
    );

  it("reads labels and the luma of the three planes, over several files", () => {
    const files = [record(3, [255, 0, 0]), Buffer.concat([record(9, [0, 255, 0]), record(0, [10, 10, 10])])];
    const { values, labels } = decodeCifar(files);
    expect(labels).toEqual(["cat", "truck", "airplane"]);
    expect(values.shape).toEqual([3, 32, 32]);
    expect([0, 1023, 1024, 2048].map((index) => values.data[index])).toEqual([76, 76, 150, 10]);
    expect(decodeCifar(files, 2).labels).toHaveLength(2);
  });

  it("refuses files of another length and labels out of range", () => {
    expect(() => decodeCifar([new Uint8Array(3000)])).toThrow(/records of 3073 bytes, got a file of 3000/);
    const uneven = [new Uint8Array(3000), new Uint8Array(2 * 3073 - 3000)]; // records over the ends of files
    expect(() => decodeCifar(uneven)).toThrow(InputError);
    expect(() => decodeCifar([record(10, [0, 0, 0])])).toThrow(/labels 0 to 9, got 10/);
  });
});
