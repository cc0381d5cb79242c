import { model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { formOf, type ApproximatorSpec } from "./approximator.ts";
import { AddLogMass } from "./layers/add-log-mass.ts";

/**
 * An approximator with its last step: samples (mu, nu) [batch, 2 * points] to log v = g / epsilon [batch, points], whatever
 * form the approximator predicts. This is what is exported. Shares the approximator's weights.
 */
export function scalingModel(approximator: LayersModel, spec: ApproximatorSpec): LayersModel {
  if (formOf(spec) === "log-scaling") return approximator;
  const [sample, predicted] = [approximator.inputs[0], approximator.outputs[0]];
  const outputs = new AddLogMass({ name: "log-scaling", points: spec.extent ** 2 }).apply([sample, predicted]);
  return model({ name: "initializer", inputs: sample, outputs: outputs as SymbolicTensor });
}
