// The engines of barycenter.h, each in a source file of its own, so that they are compiled side by side.
#pragma once
#include "barycenter/barycenter.h"

namespace otlearn {

std::unique_ptr<BarycenterEngine> make_grid_engine32(const BarycenterProblem& problem);
std::unique_ptr<BarycenterEngine> make_grid_engine64(const BarycenterProblem& problem);
std::unique_ptr<BarycenterEngine> make_dense_engine32(const BarycenterProblem& problem);
std::unique_ptr<BarycenterEngine> make_dense_engine64(const BarycenterProblem& problem);

}  // namespace otlearn
