/**
 * The one checkpoint format: a safetensors file for arrays and a JSON manifest for everything else. Knows nothing of
 * what the arrays mean, of tfjs, or of when a checkpoint is due.
 */
export { encodeCheckpoint, readCheckpoint, readManifest, writeCheckpoint, type Checkpoint } from "./checkpoint.ts";
export {
  EXPORT_FORMATS,
  RESULT_FOLDER,
  exportCheckpoint,
  exportableArrays,
  type ExportFormat,
  type ExportOptions,
} from "./export.ts";
export { expectArray, expectNumber, expectText, expectTree, type ElementType } from "./leaves.ts";
export { CHECKPOINTS_FOLDER, isCheckpoint, latestCheckpoint, listCheckpoints, locateCheckpoint } from "./locate.ts";
export { FORMAT_VERSION, type Manifest } from "./manifest.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./safetensors.ts";
export { joinState, splitState, type Json, type SplitState } from "./state-map.ts";
export { CheckpointStore, type Goal, type Retention } from "./store.ts";
