import type { Rows } from "./rows.ts";

/** A part of a specification, as plain JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** What a mark inherits from the specification around it. */
export interface Around {
  readonly rows: Rows | undefined;
  readonly encoding: Json;
  /** Of the nearest panel. */
  readonly title: string | undefined;
}

/** A field of the data, as a reader should see it. */
export interface ShownField {
  readonly field: string;
  readonly title: string;
  readonly type: string;
}

/** Channels with fields that mean something, in the order in which they are read. */
const CHANNELS = [
  "detail",
  "row",
  "column",
  "facet",
  "x",
  "y",
  "color",
  "fill",
  "stroke",
  "shape",
  "size",
  "opacity",
  "theta",
  "text",
];

/** Rebuilds a specification, each view with a mark replaced by what `change` makes of it. */
export function mapUnits(spec: Json, change: (unit: Json, around: Around) => Json, around = OUTSIDE): Json {
  const here = within(spec, around);
  if ("mark" in spec) return change(spec, here);
  const next = (part: unknown) => mapUnits(part as Json, change, here);
  const inner = Object.entries(spec).map(([name, value]) => {
    if (Array.isArray(value) && PARTS.includes(name)) return [name, value.map(next)];
    return [name, name === "spec" ? next(value) : value];
  });
  return Object.fromEntries(inner) as Json;
}

const PARTS = ["layer", "hconcat", "vconcat", "concat"];
const OUTSIDE: Around = { rows: undefined, encoding: {}, title: undefined };

function within(spec: Json, { rows, encoding, title }: Around): Around {
  const { values } = (spec["data"] ?? {}) as { readonly values?: unknown };
  return {
    rows: Array.isArray(values) ? (values as Rows) : rows,
    encoding: {
      ...encoding,
      ...(typeof spec["facet"] === "object" && { facet: spec["facet"] }),
      ...(spec["encoding"] as Json | undefined),
    },
    title: textOf(spec["title"]) ?? title,
  };
}

function textOf(title: unknown): string | undefined {
  if (typeof title === "string") return title;
  return typeof title === "object" && title !== null ? textOf((title as Json)["text"]) : undefined;
}

/**
 * The fields that a mark shows, by the titles of their axes and legends. A position without axis, a channel without scale and a detail
 * have no meaning for a reader and are left out, unless the channel has a title of its own. A tooltip says it all.
 */
export function shownFields({ encoding, title: panel }: Around): ShownField[] {
  const { tooltip } = encoding;
  if (Array.isArray(tooltip)) return tooltip as ShownField[];
  const found = CHANNELS.flatMap((channel): ShownField[] => {
    const { field, title, type, axis, legend, scale } = (encoding[channel] ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof field !== "string") return [];
    const isMeant = typeof title === "string" || (axis !== null && scale !== null && channel !== "detail");
    if (!isMeant) return [];
    const named =
      textOf(title) ?? textOf((axis as Json | undefined)?.["title"]) ?? textOf((legend as Json | undefined)?.["title"]);
    return [
      { field, title: named ?? ((channel === "y" || channel === "x") && panel ? panel : field), type: String(type) },
    ];
  });
  return found.filter(({ field }, index) => found.findIndex((other) => other.field === field) === index);
}
