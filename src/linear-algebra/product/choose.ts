import { hostProduct } from "./engine-host.ts";
import type { ProductEngine } from "./engine.ts";

export function chooseProduct(): ProductEngine {
  return hostProduct;
}
