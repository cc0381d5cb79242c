import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";

/**
 * For functions that take or make tensors, before they touch one: tfjs would say "No backend found in registry". Throws
 * InputError where neither `useBackend` nor a package of tfjs has registered a backend.
 */
export function requireBackend(operation: string): void {
  if (tf.getBackend() || Object.keys(tf.engine().registryFactory).length > 0) return;
  throw new InputError(`${operation}: no backend for tensors yet; call useBackend() first`);
}
