// Prints what a library call says before any backend is there.
import { requireBackend } from "../../src/tensor/require-backend.ts";

try {
  requireBackend("sinkhorn");
  process.stdout.write(JSON.stringify({ name: "none" }));
} catch (error) {
  const { name, message } = error as Error;
  process.stdout.write(JSON.stringify({ name, message }));
}
