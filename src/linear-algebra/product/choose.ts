import { nativeStatus } from "../../native/loader.ts";
import { hostProduct } from "./engine-host.ts";
import { nativeProduct } from "./engine-native.ts";
import type { ProductEngine } from "./engine.ts";

/** The engine for matrices on the host. */
export function chooseProduct(): ProductEngine {
  const { addon } = nativeStatus();
  return addon ? nativeProduct(addon) : hostProduct;
}
