#include "newton/gibbs_operator.h"

#include "host/dense_operator.h"

namespace otlearn {
namespace {

std::vector<GridAxis> whole(std::vector<GridAxis> axes) {
  for (GridAxis& axis : axes) axis.radius = axis.length - 1;
  return axes;
}

class GridGibbs final : public GibbsOperator {
 public:
  explicit GridGibbs(const std::vector<GridAxis>& axes) : product_(axes, false), log_product_(whole(axes), true) {}
  void apply(const double* x, double* out) override { product_.apply(x, out); }
  void apply_transpose(const double* x, double* out) override { product_.apply(x, out); }
  void log_apply(const double* x, double* out) override { log_product_.apply(x, out); }
  void log_apply_transpose(const double* x, double* out) override { log_product_.apply(x, out); }

 private:
  GridProduct product_, log_product_;
};

class DenseGibbs final : public GibbsOperator {
 public:
  DenseGibbs(std::size_t n, std::size_t m, const double* cost, const double* gibbs, double epsilon)
      : n_(n), m_(m), cost_(cost), gibbs_(gibbs), inverse_(1 / epsilon) {}
  void apply(const double* x, double* out) override { run(DenseOperator::kApply, gibbs_, x, out); }
  void apply_transpose(const double* x, double* out) override { run(DenseOperator::kApplyTranspose, gibbs_, x, out); }
  void log_apply(const double* x, double* out) override { run(DenseOperator::kLogApply, cost_, x, out); }
  void log_apply_transpose(const double* x, double* out) override { run(DenseOperator::kLogApplyTranspose, cost_, x, out); }

 private:
  void run(DenseOperator which, const double* matrix, const double* x, double* out) const {
    run_dense_operation({which, n_, m_, matrix, inverse_, x, out});
  }

  std::size_t n_, m_;
  const double *cost_, *gibbs_;
  double inverse_;
};

}  // namespace

std::unique_ptr<GibbsOperator> make_grid_gibbs(const std::vector<GridAxis>& axes) { return std::make_unique<GridGibbs>(axes); }

std::unique_ptr<GibbsOperator> make_dense_gibbs(std::size_t n, std::size_t m, const double* cost, const double* gibbs,
                                                double epsilon) {
  return std::make_unique<DenseGibbs>(n, m, cost, gibbs, epsilon);
}

}  // namespace otlearn
