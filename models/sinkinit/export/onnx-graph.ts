import { bytes, float, integer, join, message, text, type Field } from "./protobuf.ts";

/** Version of the operators used; in every ONNX runtime since 2022. */
export const OPSET = 17;
/** Version of the file format that goes with it. */
const IR_VERSION = 8;

const FLOAT = 1;
const INT64 = 7;
/** `AttributeProto.type`. */
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;

export interface Attributes {
  readonly floats?: Readonly<Record<string, number>>;
  readonly ints?: Readonly<Record<string, number | readonly number[]>>;
}

/** A computation in the making: nodes in the order of execution, constants, one input and one output. */
export class OnnxGraph {
  readonly #nodes: Field[] = [];
  readonly #constants: Field[] = [];
  readonly #known = new Map<string, string>();
  #count = 0;

  /** Adds an operator with one result; returns the result's name, by default a fresh one. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output = `${operator.toLowerCase()}_${++this.#count}`,
  ): string {
    this.#nodes.push(
      message(1, [
        ...inputs.map((name) => text(1, name)),
        text(2, output),
        text(3, output),
        text(4, operator),
        ...attributeFields(attributes),
      ]),
    );
    return output;
  }

  /** A constant of float32; `key` names it, and the same key is the same constant. */
  floats(key: string, shape: readonly number[], values: () => Float32Array): string {
    return this.#constant(key, shape, FLOAT, () => new Uint8Array(values().slice().buffer));
  }

  /** A constant vector of int64: shapes, indices. */
  integers(values: readonly number[]): string {
    return this.#constant(`int64 ${values.join(" ")}`, [values.length], INT64, () => {
      return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    });
  }

  /** The model file. The batch axis is called `batch`. */
  encode(ends: OnnxEnds, description: Readonly<Record<string, string>>): Uint8Array {
    const { name, input, output, producer } = ends;
    return join([
      integer(1, IR_VERSION),
      text(2, "otlearn"),
      text(3, producer),
      message(7, [
        ...this.#nodes,
        text(2, name),
        ...this.#constants,
        message(11, valueInfo(input.name, input.columns)),
        message(12, valueInfo(output.name, output.columns)),
      ]),
      message(8, [text(1, ""), integer(2, OPSET)]),
      ...Object.entries(description).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
    ]);
  }

  #constant(key: string, shape: readonly number[], type: number, values: () => Uint8Array): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#known.size + 1}`;
    this.#known.set(key, name);
    this.#constants.push(
      message(5, [...shape.map((extent) => integer(1, extent)), integer(2, type), text(8, name), bytes(9, values())]),
    );
    return name;
  }
}

export interface OnnxEnds {
  readonly name: string;
  readonly producer: string;
  readonly input: { readonly name: string; readonly columns: number };
  readonly output: { readonly name: string; readonly columns: number };
}

function attributeFields({ floats = {}, ints = {} }: Attributes): Field[] {
  return [
    ...Object.entries(floats).map(([name, value]) =>
      message(5, [text(1, name), float(2, value), integer(20, ATTRIBUTE.float)]),
    ),
    ...Object.entries(ints).map(([name, value]) =>
      typeof value === "number"
        ? message(5, [text(1, name), integer(3, value), integer(20, ATTRIBUTE.int)])
        : message(5, [text(1, name), ...value.map((entry) => integer(8, entry)), integer(20, ATTRIBUTE.ints)]),
    ),
  ];
}

/** float32 [batch, columns] */
function valueInfo(name: string, columns: number): Field[] {
  const shape = message(2, [message(1, [text(2, "batch")]), message(1, [integer(1, columns)])]);
  return [text(1, name), message(2, [message(1, [integer(1, FLOAT), shape])])];
}
