import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadMesh } from "../../../src/data/mesh-file.ts";
import { parseObj } from "../../../src/data/obj.ts";
import { parseOff } from "../../../src/data/off.ts";
import { parsePly } from "../../../src/data/ply.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const VERTICES = [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0.5];
const SQUARE = {
  vertices: { shape: [4, 3], data: Float64Array.from(VERTICES) },
  faces: { shape: [2, 3], data: Int32Array.of(0, 1, 2, 0, 2, 3) },
};

const OFF = "# made by hand\nOFF\n4 1 0\n\n0 0 0 # first\n1 0 0\n1 1 0\n0 1 5e-1\n4 0 1 2 3 255 0 0\n";
const OBJ =
  "# made by hand\nmtllib a.mtl\nv 0 0 0\nv 1 0 0 1.0\nv 1 1 0\r\nvn 0 0 1\nv 0 1 0.5\nusemtl a\nf 1/1/1 2//1 -2 \\\n4\n";

const plyHead = (format: string, more = "") =>
  `ply\nformat ${format} 1.0\ncomment made by hand\nelement vertex 4\nproperty float x\nproperty double y\n${more}property float z\n` +
  "element face 1\nproperty uchar flag\nproperty list uchar int vertex_indices\nelement edge 1\nproperty list char short ends\nend_header\n";

/** The square in binary, with another property between and an element behind. */
function binaryPly(littleEndian: boolean): Uint8Array {
  const head = Buffer.from(
    plyHead(littleEndian ? "binary_little_endian" : "binary_big_endian", "property ushort label\n"),
  );
  const body = new DataView(new ArrayBuffer(4 * 18 + 1 + 1 + 16 + 1 + 4));
  let at = 0;
  for (let vertex = 0; vertex < 4; vertex++) {
    body.setFloat32(at, VERTICES[3 * vertex], littleEndian);
    body.setFloat64(at + 4, VERTICES[3 * vertex + 1], littleEndian);
    body.setUint16(at + 12, 7, littleEndian);
    body.setFloat32(at + 14, VERTICES[3 * vertex + 2], littleEndian);
    at += 18;
  }
  body.setUint8(at++, 9);
  body.setUint8(at++, 4);
  for (let corner = 0; corner < 4; corner++, at += 4) body.setInt32(at, corner, littleEndian);
  body.setInt8(at++, 2);
  return Buffer.concat([head, new Uint8Array(body.buffer)]);
}

const ASCII_PLY = Buffer.from(`${plyHead("ascii")}0 0 0\n1 0 0\n1 1 0\n0 1 0.5\n9 4 0 1 2 3\n2 0 1\n`);

describe("mesh files", () => {
  it("in each format, with polygons cut into triangles", async () => {
    expect(parseOff(OFF, "a.off")).toEqual(SQUARE);
    expect(parseOff(OFF.replace("OFF\n", "COFF "), "a.off")).toEqual(SQUARE);
    expect(parseObj(OBJ, "a.obj")).toEqual(SQUARE);
    expect(parsePly(ASCII_PLY, "a.ply")).toEqual(SQUARE);
    expect(parsePly(binaryPly(true), "a.ply")).toEqual(SQUARE);
    expect(parsePly(binaryPly(false), "a.ply")).toEqual(SQUARE);
    const path = join(await temporaryFolder(), "A.PLY");
    await writeFile(path, binaryPly(true));
    expect(await loadMesh(path)).toEqual(SQUARE);
  });

  it("by their extensions", async () => {
    await expect(loadMesh("a.stl")).rejects.toThrow("a.stl: not known as a mesh (expected one of .off .obj .ply)");
  });

  it.each([
    ["nothing", "", "m: not a text file in the Object File Format (its first word should be OFF)"],
    ["binary", "OFF BINARY\n", "m: not a text file in the Object File Format (its first word should be OFF)"],
    ["no numbers", "OFF\nfour 1 0\n", "m: expected the numbers of vertices and faces behind OFF"],
    ["too few lines", "OFF\n3 1 0\n0 0 0\n", "m: truncated, expected 3 vertices and 1 faces, got 1 lines"],
    [
      "a word as coordinate",
      "OFF\n3 1 0\n0 0 x\n1 0 0\n0 1 0\n3 0 1 2\n",
      "m: vertex 0: expected three finite coordinates, got NaN",
    ],
    [
      "two coordinates",
      "OFF\n3 1 0\n0 0\n1 0 0\n0 1 0\n3 0 1 2\n",
      "m: vertex 0: expected three finite coordinates, got NaN",
    ],
    ["a line as face", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n2 0 1\n", "m: face 0: expected three vertices or more, got 2"],
    ["a short face", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "m: face 0: expected three vertices or more, got 2"],
    ["no faces", "OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n", "m: no faces, expected a surface of triangles"],
  ])("refuse an OFF file with %s", (_, text, message) => {
    expect(() => parseOff(text, "m")).toThrow(message);
  });

  it.each([
    ["no vertices", "f 1 2 3\n", "m: vertices: expected an array [count, 3], got [0, 3]"],
    ["a vertex 0", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\n", "m: face 0: expected vertices from 0 to 2, got -1"],
    [
      "a vertex before the first",
      "v 0 0 0\nv 1 0 0\nv 0 1 0\nf -4 1 2\n",
      "m: face 0: expected vertices from 0 to 2, got -1",
    ],
    ["a word as vertex", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf a 1 2\n", "m: face 0: expected vertices from 0 to 2, got NaN"],
  ])("refuse an OBJ file with %s", (_, text, message) => {
    expect(() => parseObj(text, "m")).toThrow(message);
  });

  const head = plyHead("ascii");
  it.each([
    ["another beginning", "plain text", "m: not a PLY file (no header from ply to end_header)"],
    ["no end of its header", "ply\nformat ascii 1.0\n", "m: not a PLY file (no header from ply to end_header)"],
    ["no format", "ply\nelement face 1\nend_header\n", "m: malformed PLY header, no line with its format"],
    ["another format", plyHead("morse"), 'm: malformed PLY header, line "format morse 1.0"'],
    ["another type", head.replace("float x", "quad x"), 'm: malformed PLY header, line "property quad x"'],
    ["another keyword", head.replace("comment", "remark"), 'm: malformed PLY header, line "remark made by hand"'],
    ["a wrong count", head.replace("vertex 4", "vertex -4"), 'm: malformed PLY header, line "element vertex -4"'],
    ["no z", head.replace("float z", "float w"), "m: expected the elements vertex to have a property z"],
    ["too few values", `${head}0 0 0\n1 0 0\n`, "m: truncated, its header promises more elements"],
    ["a wrong list", `${head}0 0 0\n1 0 0\n1 1 0\n0 1 0\n9 -1\n`, "m: malformed, a list of length -1"],
  ])("refuse a PLY file with %s", (_, text, message) => {
    expect(() => parsePly(Buffer.from(text), "m")).toThrow(message);
  });

  it("refuse a PLY file that ends early in binary", () => {
    const bytes = binaryPly(true);
    expect(() => parsePly(bytes.subarray(0, bytes.length - 1), "m")).toThrow("m: truncated, its header promises more");
  });

  it("pass over elements without properties, however many are claimed", () => {
    const claimed = ASCII_PLY.toString().replace("element edge", "element nothing 1000000000000\nelement edge");
    expect(parsePly(Buffer.from(claimed), "m")).toEqual(SQUARE);
  });
});
