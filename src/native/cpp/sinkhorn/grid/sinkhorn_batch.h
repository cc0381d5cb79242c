// Sinkhorn for a batch of pairs over one geometry, spread over the thread pool. Each pair runs by itself, on scalings where
// float holds them and in the log domain otherwise, until it meets the tolerance. The result does not depend on the number
// of threads.
#pragma once
#include "sinkhorn/batch.h"
#include "sinkhorn/grid/sinkhorn_engine.h"

namespace otlearn {

class ThreadPool;

SinkhornReport sinkhorn_on_grid(const SinkhornGrid& grid, const SinkhornBatch& batch, ThreadPool& pool);

}  // namespace otlearn
