import { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

export interface TfjsFiles {
  /** `model.json`: the topology, and where the weights are. */
  readonly model: string;
  /** `weights.bin` */
  readonly weights: Uint8Array;
}

/**
 * A model in the format of `tf.loadLayersModel`. Its layers of ours are known to tfjs once `otlearn/initializer` has been
 * imported.
 */
export async function encodeTfjs(
  network: LayersModel,
  description: Readonly<Record<string, string>>,
): Promise<TfjsFiles> {
  let saved: io.ModelArtifacts | undefined;
  await network.save({
    async save(artifacts) {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    },
  });
  const { modelTopology, weightSpecs, weightData, generatedBy, convertedBy } = saved!;
  const manifest = {
    modelTopology,
    format: "layers-model",
    generatedBy,
    convertedBy,
    userDefinedMetadata: description,
    weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
  };
  const data = io.CompositeArrayBuffer.join(weightData);
  return { model: `${JSON.stringify(manifest)}\n`, weights: new Uint8Array(data) };
}
