import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";

/**
 * For functions that take or make tensors, before they touch one: tfjs would say "No backend found in registry". Throws
 * InputError where neither `useBackend` nor a package of tfjs has registered a backend.
 */
export function requireBackend(operation: string): void {
  if (hasBackend()) return;
  throw new InputError(`${operation}: no backend for tensors yet; call useBackend() first`);
}

/** The same for functions that may wait: calls `useBackend` where nobody has. Loaded when needed, as a browser may never. */
export async function useBackendIfNone(): Promise<void> {
  if (hasBackend()) return;
  const { useBackend } = await import("./backend.ts");
  await useBackend();
}

function hasBackend(): boolean {
  return Boolean(tf.getBackend()) || Object.keys(tf.engine().registryFactory).length > 0;
}
