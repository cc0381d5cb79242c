import { InputError, OptionError } from "./errors.ts";

/**
 * An option as data: one table serves the command line, `--config` files, `config.json` of a run and the defaults of the
 * programming interface, so that a name, a default or a check exists once.
 */
export interface OptionSpec<T> {
  readonly description: string;
  /** Used where the option is not given; undefined means "none". */
  readonly default: T;
  /** Shown after the flag in `--help` ("number", "size"); absent for a flag without value. */
  readonly placeholder?: string;
  /**
   * What the value is the path of: a `file`, whose content belongs to the run as the other values do, or any other `place`.
   * Absent where it is no path.
   */
  readonly path?: "file" | "place";
  /** Turns text (command line) or a JSON value (configuration file) into a checked value. Throws InputError. */
  readonly parse: (value: unknown) => T;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table mixes value types; `OptionValues` recovers them
export type OptionTable = Readonly<Record<string, OptionSpec<any>>>;

/** The values of a table: `{ atoms: number, loss: "kl" | ... }`. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends OptionSpec<infer V> ? V : never;
};

/** `maxIterations` -> `--max-iterations`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Checks the given values and fills in defaults. Throws InputError for an unknown name, OptionError for a bad value. */
export function resolveOptions<T extends OptionTable>(
  table: T,
  given: Readonly<Record<string, unknown>>,
): OptionValues<T> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) {
      throw new InputError(`option ${name}: unknown; known are ${Object.keys(table).join(", ")}`);
    }
  }
  const values = Object.entries(table).map(([name, spec]) => {
    const value = given[name];
    return [name, value === undefined || value === null ? spec.default : parseOption(name, spec, value)];
  });
  return Object.fromEntries(values) as OptionValues<T>;
}

/** The values of a table's options in a record that holds others too (a run's configuration). Throws OptionError. */
export function pickOptions<T extends OptionTable>(
  table: T,
  record: Readonly<Record<string, unknown>>,
): OptionValues<T> {
  return resolveOptions(
    table,
    Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(table, name))),
  );
}

/** The part of a table whose values are paths, of one kind or of both. */
export function pathOptions(table: OptionTable, kind?: OptionSpec<unknown>["path"]): OptionTable {
  const isOfKind = ({ path }: OptionSpec<unknown>): boolean => path !== undefined && (kind ?? path) === path;
  return Object.fromEntries(Object.entries(table).filter(([, spec]) => isOfKind(spec)));
}

/** Parses one value; an InputError comes back as the option's. */
function parseOption<T>(name: string, spec: OptionSpec<T>, value: unknown): T {
  try {
    return spec.parse(value);
  } catch (error) {
    throw error instanceof InputError ? new OptionError(name, error.message) : error;
  }
}

type Described<T> = Pick<OptionSpec<T>, "description" | "default">;

/** A number within [least, most]; `integer` asks for a whole one, as float64 holds exactly. */
export function numberOption<D extends number | undefined>(
  spec: Described<D> & {
    readonly least?: number;
    readonly most?: number;
    readonly above?: number;
    readonly integer?: boolean;
  },
): OptionSpec<number | D> {
  const { least = -Infinity, above = -Infinity, integer = false } = spec;
  const { most = integer ? Number.MAX_SAFE_INTEGER : Infinity } = spec;
  const bounds = [
    least > -Infinity ? `at least ${least}` : "",
    above > -Infinity ? `above ${above}` : "",
    spec.most === undefined ? "" : `at most ${most}`,
  ].filter(Boolean);
  const expected = [integer ? "a whole number" : "a number", bounds.join(" and ")].filter(Boolean).join(" ");
  const withMost = spec.most === undefined ? `${expected}${bounds.length > 0 ? " and" : ""} at most ${most}` : expected;
  return {
    description: spec.description,
    default: spec.default,
    placeholder: "number",
    parse(value) {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      const fits =
        typeof number === "number" &&
        Number.isFinite(number) &&
        number >= least &&
        number <= most &&
        number > above &&
        (!integer || Number.isInteger(number));
      if (fits) return number;
      const tooLarge = typeof number === "number" && Number.isFinite(number) && number > most;
      throw new InputError(`expected ${tooLarge ? withMost : expected}, got ${JSON.stringify(value)}`);
    },
  };
}

/** One of a few words. */
export function choiceOption<const C extends readonly string[], D extends C[number] | undefined>(
  choices: C,
  spec: Described<D>,
): OptionSpec<C[number] | D> {
  return {
    ...spec,
    placeholder: choices.join("|"),
    parse(value) {
      if (!choices.includes(value as string)) {
        throw new InputError(`expected one of ${choices.join(", ")}, got ${JSON.stringify(value)}`);
      }
      return value as C[number];
    },
  };
}

/** A flag: absent is false. */
export function flagOption(description: string): OptionSpec<boolean> {
  return {
    description,
    default: false,
    parse(value) {
      if (typeof value !== "boolean") throw new InputError(`expected true or false, got ${JSON.stringify(value)}`);
      return value;
    },
  };
}

interface Named {
  readonly description: string;
  readonly placeholder: string;
}

/** Any text that is not empty: a name, a list. */
export function textOption(spec: Named): OptionSpec<string | undefined> {
  return { ...spec, default: undefined, parse: (value) => parseText(value, "text") };
}

/** The path of a file or folder that is read for its values (data, which are checked by these) or written. */
export function pathOption(spec: Named): OptionSpec<string | undefined> {
  return { ...spec, default: undefined, path: "place", parse: (value) => parseText(value, "a path") };
}

/** The path of a file whose content takes part in the computation: a run keeps its fingerprint, and goes on with no other. */
export function fileOption(spec: Named): OptionSpec<string | undefined> {
  return { ...pathOption(spec), path: "file" };
}

/** An empty value is what an unset variable of a shell leaves, and no path holds the character 0. */
function parseText(value: unknown, expected: string): string {
  if (typeof value !== "string" || value === "") {
    throw new InputError(`expected ${expected}, got ${JSON.stringify(value)}`);
  }
  if (value.includes("\0")) throw new InputError(`expected ${expected} without NUL, got ${JSON.stringify(value)}`);
  return value;
}

const BYTES_PER_UNIT = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 } as const;

/** An amount of memory with its unit: "8GB", "500 MB", in powers of 1024. The value stays text; `bytesOf` reads it. */
export function memoryOption(spec: Described<string>): OptionSpec<string> {
  return {
    ...spec,
    placeholder: "size",
    parse(value) {
      if (typeof value !== "string") throw new InputError(`expected a size as in 8GB, got ${JSON.stringify(value)}`);
      bytesOf(value);
      return value;
    },
  };
}

/** Bytes of a size as `memoryOption` takes it. Throws InputError. */
export function bytesOf(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([KMG]?B)$/i.exec(text) ?? [];
  if (amount === undefined) throw new InputError(`expected a size as in 8GB or 500MB, got ${JSON.stringify(text)}`);
  return Math.floor(Number(amount) * BYTES_PER_UNIT[unit.toUpperCase() as keyof typeof BYTES_PER_UNIT]);
}
