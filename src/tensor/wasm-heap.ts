import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { RunError } from "../errors.ts";

/** What the types of the backend's module, an Emscripten one, leave out. */
interface Module {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const guarded = new WeakSet<Module>();

/**
 * Makes tfjs' `wasm` backend use all of its memory, of 32-bit addresses, and fail where it is full. By itself it takes addresses
 * beyond 2 GB for negative ones, and the 0 of an allocator without room for an address: tensors then hold other tensors' numbers.
 * What is thrown instead is a RunError.
 */
export function guardHeap(backend: BackendWasm): void {
  const module = backend.wasm as unknown as Module;
  if (guarded.has(module)) return;
  guarded.add(module);
  module._free(module._malloc(1)); // at its first call the function replaces itself in the module
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = allocate(bytes) >>> 0;
    if (address === 0 && bytes > 0) {
      throw new RunError(
        `wasm backend: no room for ${bytes} more bytes within its 4 GB; take smaller batches or sizes, or another backend`,
      );
    }
    return address;
  };
}
