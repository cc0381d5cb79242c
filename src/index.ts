/**
 * The optimal-transport core: ground costs as operators, Sinkhorn, divergences, barycenters, initialisers, and the data
 * and tensor plumbing they stand on. It imports no other folder and trains nothing.
 */
export { DeviceError, InputError, OptionError, RunError } from "./errors.ts";
export { resolveOptions, type OptionValues } from "./options.ts";
export { version } from "./version.ts";

export {
  probeBackends,
  useBackend,
  type BackendChoice,
  type BackendReport,
  type BackendSelection,
} from "./tensor/backend.ts";
export type { StepCost } from "./tensor/device-rule.ts";
export { setWasmPath } from "./tensor/loaders.ts";
export type { Work } from "./tensor/preferences.ts";
export type { ArrayInput, NestedNumbers } from "./tensor/inputs.ts";
export { ndarray, type NdArray, type TypedArray } from "./tensor/ndarray.ts";
export { Random } from "./tensor/random.ts";
export type { StateTree, StateValue } from "./tensor/tree.ts";

export type { CloudGeometry } from "./geometry/cloud.ts";
export { denseGeometry, type DenseGeometry } from "./geometry/dense.ts";
export type {
  Coordinates,
  Geometry,
  GeometryVariables,
  HostKernel,
  KernelVariables,
  PointCost,
  TensorKernel,
} from "./geometry/geometry.ts";
export { grid, unitGrid, type GridGeometry, type GridOptions } from "./geometry/grid.ts";
export { hostPlan } from "./geometry/host-plan.ts";
export type { CostDirection, HostPlan, PlanSums, PlanWeights } from "./geometry/plan.ts";
export { pointCloud, type CostFunction, type PointCloudOptions } from "./geometry/pointcloud.ts";
export type { Points } from "./geometry/points.ts";

export { matrixMetric } from "./spaces/metric-matrix.ts";
export { squaredEuclideanMetric, type SquaredEuclideanMetric } from "./spaces/metric-squared-euclidean.ts";
export type { Metric } from "./spaces/metric.ts";
export { metricSpace, type Space } from "./spaces/space.ts";

// One order of arguments: masses, what they are moved over, the rest. Solvers take (a, b, geometry, options), with epsilon among
// the options; what a tape may record takes (a, b, kernel, options): a kernel is `geometry.kernel(epsilon)`, and its owner disposes
// it. What looks at a solution takes (geometry, potentials) or (a, b, geometry, potentials).
export { sinkhornHost, sinkhornHostBatch, type SinkhornHostOptions } from "./transport/sinkhorn/host.ts";
export type { HostPotentials, SinkhornHostResult } from "./transport/sinkhorn/exact-iterate.ts";
export { sinkhornSymmetricHost } from "./transport/sinkhorn/symmetric.ts";
export { entropicValues, klPotentials, objectiveGradients, transportPlan } from "./transport/sinkhorn/objective.ts";
export type { Rho } from "./transport/sinkhorn/rho.ts";
export {
  entropicPartialTransport,
  type EntropicPartialOptions,
  type EntropicPartialResult,
} from "./transport/sinkhorn/partial.ts";
export { hilbertMetric, marginalViolation, planMarginals } from "./transport/sinkhorn/metrics.ts";
export type { CoarseToFine } from "./transport/sinkhorn/coarse-to-fine.ts";
export type { GuardOption, StartCounts } from "./transport/sinkhorn/guard.ts";
export { sinkhorn, type SinkhornTensorOptions, type SinkhornTensorResult } from "./transport/sinkhorn/sinkhorn.ts";
export type {
  FixedSinkhornOptions,
  SinkhornDomain,
  SinkhornOptions,
  SinkhornStatus,
} from "./transport/sinkhorn/options.ts";
export type { TensorPotentials } from "./transport/sinkhorn/engine.ts";
export { sinkhornIterations } from "./transport/sinkhorn/iterations.ts";
export { planTransportCost, sinkhornUnrolled } from "./transport/sinkhorn/unrolled.ts";
export { barycentricProjection, planApply, planApplyTranspose } from "./transport/sinkhorn/plan-products.ts";
export { sinkhornImplicit, type SinkhornImplicitOptions } from "./transport/implicit/tensor/potentials.ts";
export {
  entropicGradient,
  entropicHessianProduct,
  type EntropicGradient,
  type ImplicitOptions,
} from "./transport/implicit/entropic.ts";
export {
  divergenceGradient,
  divergenceHessianProduct,
  type DivergenceGradient,
} from "./transport/implicit/divergence.ts";
export type { Direction, VariableSlopes } from "./transport/implicit/variables.ts";
export { entropicCost } from "./transport/entropic-cost.ts";
export { sinkhornDivergence } from "./transport/divergence.ts";
export { sinkhornDivergenceHost } from "./transport/divergence-host.ts";

export { lowRankSinkhorn, type LowRankResult } from "./transport/low-rank/low-rank.ts";
export type { LowRankOptions } from "./transport/low-rank/options.ts";

export { solve } from "./transport/solve/solve.ts";
export type { CostScale, TransportOptions } from "./transport/solve/options.ts";
export type { CostInput, MassInput, PointPair } from "./transport/solve/problem.ts";
export type { Solution, SparseOptions } from "./transport/solve/solution.ts";

export { emd } from "./transport/exact/emd.ts";
export type { EmdResult, SparsePlan } from "./transport/exact/emd-result.ts";
export type { EmdOptions, ExactOptions, StartPotentials } from "./transport/exact/options.ts";
export {
  partialTransport,
  type PartialTransportOptions,
  type PartialTransportResult,
} from "./transport/exact/partial.ts";
export type { GroundCost } from "./transport/ground-cost.ts";

export { barycenter1d, type LineBarycenter, type LineMeasure } from "./transport/line/barycenter.ts";
export { emd1d, type Emd1dResult } from "./transport/line/emd1d.ts";
export type { LineGradients } from "./transport/line/gradients.ts";
export type { LineOptions } from "./transport/line/problem.ts";
export type { LineTensorOptions } from "./transport/line/tensor.ts";
export {
  maxSlicedWasserstein,
  slicedWasserstein,
  type SlicedOptions,
  type SlicedResult,
} from "./transport/sliced/sliced.ts";
export type { SlicedTensorOptions } from "./transport/sliced/tensor.ts";

export { gromovWasserstein } from "./transport/gromov/gromov-wasserstein.ts";
export type { GromovOptions, GromovRegularization } from "./transport/gromov/options.ts";
export type { GromovResult, GromovStep } from "./transport/gromov/result.ts";
export { gromovCost, gromovObjective } from "./transport/gromov/objective.ts";
export { chainSinkhorn } from "./transport/chain/chain.ts";
export { chainObjective } from "./transport/chain/objective.ts";
export type { ChainNode, ChainOptions, ChainProblem, ChainResult } from "./transport/chain/problem.ts";

export { emdPairs, type EmdPairs, type EmdPairsOptions } from "./transport/pairs/emd-pairs.ts";
export { sinkhornDivergencePairs, type SinkhornDivergencePairs } from "./transport/pairs/sinkhorn-divergence-pairs.ts";
export type { DivergencePairsSettings } from "./transport/pairs/sinkhorn/settings.ts";
export type { PairRange, PairSelection, PairStatistics } from "./transport/pairs/engine.ts";
export type { PairsOptions } from "./transport/pairs/histograms.ts";
export type { PairSolver, PairsResult, SolveOptions } from "./transport/pairs/pair-solver.ts";
export {
  allPairs,
  condensedFromSquare,
  pairAt,
  pairCount,
  pairIndex,
  squareFromCondensed,
  type PairList,
} from "./transport/pairs/pair-order.ts";

export { barycenter } from "./transport/barycenter/barycenter.ts";
export { barycenterImplicit } from "./transport/implicit/tensor/barycenter.ts";
export { barycenterComposed } from "./transport/barycenter/tensor/composed.ts";
export { debiasedBarycenter } from "./transport/barycenter/debiased/barycenter.ts";
export { hostDebiasedBarycenter } from "./transport/barycenter/debiased/host.ts";
export { debiasedBarycenterComposed } from "./transport/barycenter/debiased/tensor.ts";
export type { DataTerm } from "./transport/barycenter/engine.ts";
export { freeSupportBarycenter } from "./transport/barycenter/free-support/free-support.ts";
export type { FreeSupportBarycenter, FreeSupportOptions } from "./transport/barycenter/free-support/options.ts";
export { hostBarycenter, hostBarycenterGradient } from "./transport/barycenter/host/barycenter.ts";
export { chooseBarycenterEngine } from "./transport/barycenter/choose.ts";
export { barycenterOperator, type BarycenterOperator } from "./transport/barycenter/operator.ts";
export type { BarycenterDomain, BarycenterOptions } from "./transport/barycenter/options.ts";
export type { BarycenterReport, BarycenterStatus } from "./transport/barycenter/report.ts";
export { solveBarycenter } from "./transport/barycenter/solve.ts";

export { registerInitializer } from "./transport/initializers/by-name.ts";
export { gaussian, gaussianTimesNu } from "./transport/initializers/gaussian.ts";
export type { HostInitializer, Initializer, TensorInitializer } from "./transport/initializers/initializer.ts";
export { mixtureStart, type MixtureStartOptions } from "./transport/initializers/mixture.ts";
export { ones } from "./transport/initializers/ones.ts";
export { previousSolution } from "./transport/initializers/previous.ts";
export { sorting } from "./transport/initializers/sorting.ts";

export { buresWasserstein, type Gaussians } from "./spaces/bures-wasserstein.ts";
export { crossDistances, pairwiseDistances, type DistanceKind } from "./spaces/distances.ts";
export { farthestOfPoints, farthestOnGraph, type FarthestPoints } from "./spaces/farthest-points.ts";
export { graphOfEdges, type Graph } from "./spaces/graph.ts";
export { meshGraph, meshOf, type Mesh } from "./spaces/mesh.ts";
export { gaussianMixture, mixtureSpace, type Mixture, type MixtureOptions } from "./spaces/mixture.ts";
export {
  neighborGeodesics,
  neighborGeodesicsOfDistances,
  type Geodesics,
  type NeighborGeodesicOptions,
} from "./spaces/neighbor-geodesics.ts";
export { shortestPaths, type ShortestPathOptions } from "./spaces/shortest-paths.ts";
export type { Target } from "./spaces/target.ts";
export { targetByName, TARGET_NAMES, type TargetName, type TargetOptions } from "./spaces/targets/by-name.ts";
export { circleTarget } from "./spaces/targets/circle.ts";
export { gaussiansTarget } from "./spaces/targets/gaussians.ts";
export { matrixTarget, pointsTarget } from "./spaces/targets/matrix.ts";
export { planeTarget } from "./spaces/targets/plane.ts";
export { sphereTarget } from "./spaces/targets/sphere.ts";
export { torusTarget } from "./spaces/targets/torus.ts";

export { nativeStatus, type NativeStatus } from "./native/loader.ts";

export type { Dataset, HistogramDataset, ImageDataset, MatrixDataset, SampleDataset } from "./data/dataset.ts";
export { loadData } from "./data/load.ts";
export { loadPair, type LoadPairOptions } from "./data/load-pair.ts";
export { loadMesh } from "./data/mesh-file.ts";
export type { PairDataset, PairSide, PairSource } from "./data/pair.ts";
export { circlePair } from "./data/pairs/circle.ts";
export { readNpy, writeNpy } from "./data/npy.ts";
export { readNpz, writeNpz } from "./data/npz.ts";
export { datasets, loadDataset } from "./data/registry.ts";
