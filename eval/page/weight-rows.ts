import { unpack } from "../packed.ts";
import type { MorphView, ReconstructionsView } from "../views.ts";
import type { Rows } from "./rows.ts";

/** Barycentric weights of data points. */
export function weightRows({ names, weights }: Pick<MorphView, "names" | "weights">): Rows {
  const values = unpack(weights);
  const atoms = values.length / names.length;
  return names.map((name, point) => {
    const row = Array.from({ length: atoms }, (_, s) => [`atom ${s + 1}`, values[point * atoms + s]]);
    return { "data point": name, ...Object.fromEntries(row) };
  });
}

/** PSNR and weights. */
export function reconstructionRows(view: ReconstructionsView): Rows {
  const weights = weightRows(view);
  return view.names.map((name, point) => {
    const psnr = view.methods.map((method) => [`${method.name} (dB)`, method.psnr[point]] as const);
    return { "data point": name, ...Object.fromEntries(psnr), ...weights[point] };
  });
}
