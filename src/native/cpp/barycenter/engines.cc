#include "barycenter/engines.h"

namespace otlearn {

std::unique_ptr<BarycenterEngine> make_engine32(const BarycenterProblem& problem) {
  return problem.cost ? make_dense_engine32(problem) : make_grid_engine32(problem);
}

std::unique_ptr<BarycenterEngine> make_engine64(const BarycenterProblem& problem) {
  return problem.cost ? make_dense_engine64(problem) : make_grid_engine64(problem);
}

}  // namespace otlearn
