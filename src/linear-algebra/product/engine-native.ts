import type { MatmulNatives } from "../../native/matmul.ts";
import type { ProductEngine } from "./engine.ts";

/** `cpp/tensors/matmul.h`. */
export function nativeProduct(addon: MatmulNatives): ProductEngine {
  return (product) => {
    const out = new Float64Array(product.rows * product.columns);
    addon.matmulFloat64({ ...product, out });
    return out;
  };
}
