#include "newton/newton.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/thread_pool.h"

namespace otlearn {
namespace {

constexpr double kAbsent = -std::numeric_limits<double>::infinity();
// While the error is larger than this, Sinkhorn's iterations are better than the quadratic model; so many of them at most.
constexpr double kFar = 0.1;
constexpr int kMostFar = 200;
// Iterations of conjugate gradients a step, and by how much they lower the residual's norm, less where the error is small.
constexpr int kMostConjugate = 300;
constexpr double kResidual = 0.1;
// Shares of the error by which the system is damped; more after a step that had to be shortened.
constexpr double kDamping = 0.01, kMoreDamping = 4;
// Lengths of a step that are tried, each so much shorter, and the iterations of Sinkhorn after none was good.
constexpr int kLengths = 6, kRecovery = 20;
constexpr double kShorter = 0.25;
// Scalings are numbers within e^-600 to e^600.
constexpr double kLargestLog = 600;

using Numbers = std::vector<double>;

class Newton {
 public:
  Newton(std::unique_ptr<GibbsOperator> kernel, std::size_t n, std::size_t m) : kernel_(std::move(kernel)), n_(n), m_(m) {
    for (Numbers* first : {&log_a_, &u_, &row_}) first->resize(n);
    for (Numbers* second : {&log_b_, &log_ktu_, &c_, &v_, &x_, &direction_, &image_, &residual_, &kept_, &column_})
      second->resize(m);
  }

  // Pair `index` of a batch.
  void solve(const NewtonBatch& batch, int index) {
    a_ = batch.a + index * n_;
    b_ = batch.b + index * m_;
    log_u_ = batch.log_u + index * n_;
    log_v_ = batch.log_v + index * m_;
    std::transform(a_, a_ + n_, log_a_.begin(), [](double mass) { return std::log(mass); });
    std::transform(b_, b_ + m_, log_b_.begin(), [](double mass) { return std::log(mass); });
    for (std::size_t j = 0; j < m_; ++j) {
      if (b_[j] == 0) log_v_[j] = kAbsent;
    }
    most_ = batch.products;
    products_ = 0;
    damping_ = kDamping;
    update();
    for (int far = 0; error_ > batch.tolerance && products_ < most_;) {
      if (error_ > kFar && far++ < kMostFar) sinkhorn();
      else if (!step()) {
        for (int k = 0; k < kRecovery; ++k) sinkhorn();
      }
    }
    batch.errors[index] = error_;
    batch.taken[index] = products_;
  }

 private:
  bool has(std::size_t j) const { return b_[j] > 0; }

  // log u from log v, the second marginal c and its error.
  void update() {
    fits_ = update_scalings();
    if (!fits_) update_logarithms();
    error_ = 0;
    for (std::size_t j = 0; j < m_; ++j) error_ += std::abs(c_[j] - b_[j]);
  }

  void update_logarithms() {
    kernel_->log_apply(log_v_, row_.data());
    for (std::size_t i = 0; i < n_; ++i) log_u_[i] = a_[i] > 0 ? log_a_[i] - row_[i] : kAbsent;
    kernel_->log_apply_transpose(log_u_, log_ktu_.data());
    products_ += 2;
    for (std::size_t j = 0; j < m_; ++j) c_[j] = has(j) ? std::exp(log_v_[j] + log_ktu_[j]) : 0;
  }

  // The same with u and v as numbers; false where float64 does not hold them or their products to rounding.
  bool update_scalings() {
    double lowest = -kAbsent, highest = kAbsent;
    for (std::size_t j = 0; j < m_; ++j) {
      if (!has(j)) continue;
      lowest = std::min(lowest, log_v_[j]);
      highest = std::max(highest, log_v_[j]);
    }
    const double middle = (lowest + highest) / 2;  // a constant between u and v is free
    if (!(highest - middle < kLargestLog)) return false;
    for (std::size_t j = 0; j < m_; ++j) v_[j] = std::exp(log_v_[j] - middle);
    kernel_->apply(v_.data(), row_.data());
    ++products_;
    double floor = least_product(v_);
    for (std::size_t i = 0; i < n_; ++i) {
      u_[i] = a_[i] > 0 ? a_[i] / row_[i] : 0;
      if (a_[i] > 0 && !(row_[i] > floor)) return false;
      log_u_[i] = a_[i] > 0 ? std::log(u_[i]) - middle : kAbsent;
      if (a_[i] > 0 && !(std::abs(log_u_[i] + middle) < kLargestLog)) return false;
    }
    kernel_->apply_transpose(u_.data(), column_.data());
    ++products_;
    floor = least_product(u_);
    for (std::size_t j = 0; j < m_; ++j) {
      if (has(j) && !(column_[j] > floor)) return false;
      c_[j] = v_[j] * column_[j];
      log_ktu_[j] = std::log(column_[j]) + middle;
    }
    return true;
  }

  // What underflow can take from an entry of a product with scalings is below a rounding of entries above this.
  static double least_product(const Numbers& scalings) {
    const double largest = std::max(1.0, *std::max_element(scalings.begin(), scalings.end()));
    return static_cast<double>(scalings.size()) * std::numeric_limits<double>::min() * 1e16 * largest;
  }

  void sinkhorn() {
    for (std::size_t j = 0; j < m_; ++j) {
      if (has(j)) log_v_[j] = log_b_[j] - log_ktu_[j];
    }
    update();
  }

  double dual() const {
    double sum = 0;
    for (std::size_t i = 0; i < n_; ++i) sum += a_[i] > 0 ? a_[i] * log_u_[i] : 0;
    for (std::size_t j = 0; j < m_; ++j) sum += has(j) ? b_[j] * log_v_[j] : 0;
    return sum;
  }

  // One step of Newton; false, and where it began, if no length of it was good.
  bool step() {
    const double before = error_, value = dual(), gain = conjugate_gradients();
    std::copy(log_v_, log_v_ + m_, kept_.begin());
    double length = 1;
    for (int k = 0; k < kLengths; ++k, length *= kShorter) {
      for (std::size_t j = 0; j < m_; ++j) {
        if (has(j)) log_v_[j] = kept_[j] + length * x_[j];
      }
      update();
      const bool rises = dual() > value + 1e-4 * length * gain && error_ < 2 * before;
      if (error_ < (1 - 0.1 * length) * before || rises) {
        if (length == 1) damping_ = std::max(kDamping, damping_ / kMoreDamping);
        return true;
      }
      damping_ *= kMoreDamping;
    }
    std::copy(kept_.begin(), kept_.end(), log_v_);
    update();
    return false;
  }

  // x with (damped Hessian) x = b - c, roughly; returns <x, b - c>.
  double conjugate_gradients() {
    const double damping = damping_ * error_;
    double norm = 0;
    for (std::size_t j = 0; j < m_; ++j) {
      x_[j] = 0;
      residual_[j] = has(j) ? b_[j] - c_[j] : 0;
      direction_[j] = has(j) ? residual_[j] / c_[j] : 0;
      norm += residual_[j] * direction_[j];
    }
    const double share = std::min(kResidual, std::sqrt(error_)), goal = share * share * norm;
    for (int k = 0; k < kMostConjugate && norm > goal && products_ < most_; ++k) {
      hessian(damping);
      double curvature = 0;
      for (std::size_t j = 0; j < m_; ++j) curvature += direction_[j] * image_[j];
      if (!(curvature > 0)) break;
      const double length = norm / curvature;
      double next = 0;
      for (std::size_t j = 0; j < m_; ++j) {
        if (!has(j)) continue;
        x_[j] += length * direction_[j];
        residual_[j] -= length * image_[j];
        next += residual_[j] * residual_[j] / c_[j];
      }
      const double turn = next / norm;
      norm = next;
      for (std::size_t j = 0; j < m_; ++j) {
        if (has(j)) direction_[j] = residual_[j] / c_[j] + turn * direction_[j];
      }
    }
    double gain = 0;
    for (std::size_t j = 0; j < m_; ++j) gain += has(j) ? x_[j] * (b_[j] - c_[j]) : 0;
    return gain;
  }

  // image = ((1 + damping) diag(c) - P^T diag(1 / a) P) direction
  void hessian(double damping) {
    products_ += 2;
    if (fits_) {
      for (std::size_t j = 0; j < m_; ++j) column_[j] = v_[j] * direction_[j];
      kernel_->apply(column_.data(), row_.data());
      for (std::size_t i = 0; i < n_; ++i) row_[i] = a_[i] > 0 ? u_[i] * (u_[i] * row_[i] / a_[i]) : 0;
      kernel_->apply_transpose(row_.data(), column_.data());
      for (std::size_t j = 0; j < m_; ++j) image_[j] = (1 + damping) * c_[j] * direction_[j] - v_[j] * column_[j];
      return;
    }
    // logarithms are of positive numbers: a constant is added, of which P^T diag(1 / a) P makes c times it
    double shift = 0;
    for (const double entry : direction_) shift = std::max(shift, 2 * std::abs(entry));
    for (std::size_t j = 0; j < m_; ++j) column_[j] = has(j) ? log_v_[j] + std::log(direction_[j] + shift) : kAbsent;
    kernel_->log_apply(column_.data(), row_.data());
    for (std::size_t i = 0; i < n_; ++i) row_[i] = a_[i] > 0 ? 2 * log_u_[i] + row_[i] - log_a_[i] : kAbsent;
    kernel_->log_apply_transpose(row_.data(), column_.data());
    for (std::size_t j = 0; j < m_; ++j) {
      const double product = has(j) ? std::exp(log_v_[j] + column_[j]) - shift * c_[j] : 0;
      image_[j] = (1 + damping) * c_[j] * direction_[j] - product;
    }
  }

  std::unique_ptr<GibbsOperator> kernel_;
  std::size_t n_, m_;
  const double *a_ = nullptr, *b_ = nullptr;
  double *log_u_ = nullptr, *log_v_ = nullptr;
  Numbers log_a_, u_, row_;                                                             // [n]
  Numbers log_b_, log_ktu_, c_, v_, x_, direction_, image_, residual_, kept_, column_;  // [m]
  bool fits_ = false;
  double error_ = 0, damping_ = kDamping;
  int products_ = 0, most_ = 0;
};

}  // namespace

void solve_by_newton(const NewtonBatch& batch, const std::function<std::unique_ptr<GibbsOperator>()>& make, ThreadPool& pool) {
  std::vector<std::unique_ptr<Newton>> solvers(pool.threads());
  pool.run(batch.pairs, [&](int worker, int pair) {
    auto& solver = solvers[worker];
    if (!solver) solver = std::make_unique<Newton>(make(), batch.n, batch.m);
    solver->solve(batch, pair);
  });
}

}  // namespace otlearn
