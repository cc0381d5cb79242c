import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { DeviceError } from "../errors.ts";
import { pause } from "../event-loop.ts";

/** The worst first: an allocation that failed is behind the refusals of all work on it. */
const SCOPES = ["out-of-memory", "internal", "validation"] as const;

type Failure = (typeof SCOPES)[number] | "lost";

const MEANING: Readonly<Record<Failure, string>> = {
  lost: "the GPU device was lost",
  "out-of-memory": "the GPU device is out of memory",
  internal: "the GPU device failed",
  validation: "the GPU device refused work",
};

/**
 * tfjs' webgpu backend that never returns a number of a device that failed. WebGPU itself goes on in silence: work on a device that
 * was lost, or on a buffer for which there was no memory, does nothing, and zeros are read. So all work is recorded within error
 * scopes, which each read closes and waits for; from the first error on, every read and every operation throws that error. A new
 * device takes the place of a failed one by `useBackend("webgpu")`; tensors on the old one are gone.
 */
export class WatchedBackend extends WebGPUBackend {
  #failure: DeviceError | undefined;
  /** The checks of reads so far: a later read hears of errors that an earlier one took out of the scopes. */
  #checked: Promise<unknown> = Promise.resolve();

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    void device.lost.then(({ message, reason }) => this.#fail("lost", message || reason));
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault(); // it is not for the console
      this.#fail("internal", (event as GPUUncapturedErrorEvent).error.message);
    });
    this.#openScopes();
  }

  /** What the device failed by. */
  get failure(): DeviceError | undefined {
    return this.#failure;
  }

  /** Values of a tensor. Rejects with DeviceError where the device failed before they were there. */
  override async read(dataId: object): ReturnType<WebGPUBackend["read"]> {
    this.#requireSound();
    const reading = super.read(dataId); // records and submits before it first waits
    const checking = this.#check();
    try {
      const values = await reading;
      await checking;
      this.#requireSound();
      return values;
    } catch (error) {
      await checking;
      await pause(); // a device that is lost lets go of reads before it says so
      this.#fail("internal", (error as Error).message);
      throw this.#failure;
    }
  }

  /** Every operation calls it for each of its tensors. */
  override uploadToGPU(dataId: object): void {
    this.#requireSound();
    try {
      super.uploadToGPU(dataId);
    } catch (error) {
      this.#fail("out-of-memory", (error as Error).message); // of a buffer that the host was to fill
      throw this.#failure;
    }
  }

  override dispose(): void {
    super.dispose();
    this.device.destroy();
  }

  #requireSound(): void {
    if (this.#failure) throw this.#failure;
  }

  #fail(failure: Failure, message: string): void {
    this.#failure ??= new DeviceError(`${MEANING[failure]} (${message.split("\n")[0].trim()})`);
  }

  #openScopes(): void {
    for (const filter of SCOPES.toReversed()) this.device.pushErrorScope(filter);
  }

  /** Resolves once every error of the work so far is known. */
  #check(): Promise<unknown> {
    const errors = SCOPES.map(() => this.device.popErrorScope().catch(() => null)); // rejected by a device that is lost
    this.#openScopes();
    return (this.#checked = Promise.all([this.#checked, ...errors]).then(([, ...found]) => {
      found.forEach((error, scope) => error && this.#fail(SCOPES[scope], error.message));
    }));
  }
}
