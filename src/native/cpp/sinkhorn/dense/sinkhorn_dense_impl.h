// Sinkhorn under a dense cost (sinkhorn_dense.h). What is written here is
// the order of things; how numbers are stored and multiplied, and whether a product is exact, is the domain's: DenseScaling or
// DenseLog.
#if defined(OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_IMPL_H
#undef OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_IMPL_H
#else
#define OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "base/aligned_array.h"
#include "isa/set.h"
#include "sinkhorn/dense/dense_block_impl.h"
#include "sinkhorn/dense/sinkhorn_dense.h"
#include "sinkhorn/penalty.h"
#include "sinkhorn/sinkhorn_tally.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename Domain>
class DenseSinkhorn final : public DenseEngine {
  using V = Vector<float>;
  using Mask = decltype(V{} < V{});
  using Block = DenseBlock<Domain>;
  using Slot = typename Block::Slot;
  using Field = typename Domain::Field;
  using Number = typename Domain::Number;
  static constexpr int kLanes = Traits<float>::kLanes;
  static constexpr int kMostWidth = Block::kMostWidth;
  // So few pairs are faster one after the other than side by side.
  static constexpr int kFewPairs = 2;

 public:
  DenseSinkhorn(const DenseKernels& kernels, const SinkhornBatch& batch)
      : kernels_(kernels),
        batch_(batch),
        n_(kernels.direct.rows),
        m_(kernels.direct.columns),
        domain_(batch),
        penalty_(batch.rho, kernels.epsilon) {
    const std::size_t most = std::max(n_, m_) + kLanes;
    logs_.resize(most);
    masses_.resize(most);
  }

  void run(DensePairs& pairs, int width, SinkhornTally& tally) override {
    pairs_ = &pairs;
    tally_ = &tally;
    auto block = std::make_unique<Block>(width_for(width), n_, m_);
    int open = width;  // pairs that may be under way at a time
    for (;;) {
      if (open > 0) open = fill(*block, open);
      const int active = block->active();
      if (active == 0) break;
      const int needed = width_for(active);
      if (open == 0 && needed < block->width) {
        if (needed == 1) return finish_singly(*block);
        auto smaller = std::make_unique<Block>(needed, n_, m_);
        int to = 0;
        for (int from = 0; from < block->width; ++from) {
          if (block->slots[from].pair >= 0) block->move(from, *smaller, to++);
        }
        block = std::move(smaller);
      }
      iterate(*block);
    }
  }

 private:
  static int width_for(int pairs) {
    if (pairs <= kFewPairs) return 1;
    return std::min((pairs + kLanes - 1) / kLanes * kLanes, kMostWidth);
  }

  // Takes pairs into free slots, `open` at most in all; returns 0 once there are no more.
  int fill(Block& block, int open) {
    int active = block.active();
    for (int s = 0; s < block.width && active < open; ++s) {
      while (block.slots[s].pair < 0) {
        const int pair = pairs_->take();
        if (pair < 0) return 0;
        if (load_pair(block, s, pair)) ++active;
      }
    }
    return open;
  }

  void finish_singly(Block& block) {
    Block single(1, n_, m_);
    for (int s = 0; s < block.width; ++s) {
      if (block.slots[s].pair < 0) continue;
      block.move(s, single, 0);
      while (single.slots[0].pair >= 0) iterate(single);
    }
  }

  // False for a pair that ends here, since it has numbers that are not finite.
  bool load_pair(Block& block, int s, int pair) {
    const float *a = batch_.a + pair * n_, *b = batch_.b + pair * m_;
    const float* start = batch_.start ? batch_.start + pair * m_ : nullptr;
    bool finite = true;
    double top = std::numeric_limits<double>::lowest();
    for (std::ptrdiff_t i = 0; i < n_; ++i) {
      finite = finite && a[i] - a[i] == 0;
      block.a.data()[i * block.width + s] = a[i];
    }
    for (std::ptrdiff_t j = 0; j < m_; ++j) {
      finite = finite && b[j] - b[j] == 0;
      block.b.data()[j * block.width + s] = b[j];
      if (!(b[j] > 0)) {
        logs_[j] = kNoMassPotential;
      } else if (start) {
        finite = finite && start[j] - start[j] == 0;
        logs_[j] = start[j] / kernels_.epsilon;
        top = std::max(top, logs_[j]);
      }
    }
    Slot& slot = block.slots[s];
    slot = {};
    if (!finite) {
      end_without_numbers(pair);
      return false;
    }
    slot.pair = pair;
    if (penalty_.any) {
      slot.lambda = start ? -top * kernels_.epsilon : 0;
      for (std::ptrdiff_t i = 0; i < n_; ++i) slot.totals[0] += a[i];
      for (std::ptrdiff_t j = 0; j < m_; ++j) slot.totals[1] += b[j];
    }
    // a constant in g changes nothing but the constant in f, or goes into lambda; with this one the largest scaling is 1
    if (start) {
      for (std::ptrdiff_t j = 0; j < m_; ++j) logs_[j] -= top;
      Domain::exponentials(logs_.data(), m_, block.v, s, block.width);
    } else {
      Domain::copies(b, m_, block.v, s, block.width);
    }
    if (batch_.symmetric) {
      std::fill(logs_.begin(), logs_.end(), 0.0);
      Domain::exponentials(logs_.data(), n_, block.y, s, block.width);
    }
    return true;
  }

  void end_without_numbers(int pair) {
    std::fill(batch_.f + pair * n_, batch_.f + (pair + 1) * n_, std::numeric_limits<float>::quiet_NaN());
    if (batch_.g) std::fill(batch_.g + pair * m_, batch_.g + (pair + 1) * m_, std::numeric_limits<float>::quiet_NaN());
    SinkhornTally::Pair end;
    const bool tests = batch_.check_every > 0;
    end.iterations = tests ? std::min(batch_.check_every, batch_.iterations) : batch_.iterations;
    if (tests) tally_->test(std::numeric_limits<double>::quiet_NaN(), batch_.tolerance, end);
    tally_->end(end);
  }

  bool tests_after(int iterations) const {
    return iterations == batch_.iterations ||
           (batch_.check_every > 0 && iterations > 0 && iterations % batch_.check_every == 0);
  }

  void iterate(Block& block) {
    multiply(block, 0);
    end_pairs(block);
    if (block.active() == 0) return;
    const bool relaxes = batch_.momentum != 1;
    if (batch_.symmetric) {
      update(block, block.a, n_, block.products[0], block.y, block.v, 0, [&](const Slot&) { return relaxes; });
    } else {
      update(block, block.a, n_, block.products[0], block.y, block.u, 1,
             [&](const Slot& slot) { return relaxes && slot.end.iterations > 0; });
      multiply(block, 1);
      // the last one before a test is plain, so that the second marginal is exact after it
      update(block, block.b, m_, block.products[1], block.z, block.v, 0,
             [&](const Slot& slot) { return relaxes && slot.end.iterations > 0 && !tests_after(slot.end.iterations + 1); });
      if (penalty_.any) translate(block);
    }
    for (int s = 0; s < block.width; ++s) {
      Slot& slot = block.slots[s];
      if (slot.pair < 0) continue;
      ++slot.end.iterations;
      const bool needs_next = batch_.check_every > 0 || (batch_.output == SinkhornOutput::kKlPotentials && !batch_.symmetric);
      if (slot.end.iterations == batch_.iterations && !needs_next) end_pair(block, s);
    }
  }

  // The product of side 0, K v, or 1, K^T u. Pairs for which it is not exact leave the block.
  void multiply(Block& block, int side) {
    typename Domain::Memory memories[kMostWidth] = {};
    for (int s = 0; s < block.width; ++s) memories[s] = block.slots[s].of[side];
    Field& product = block.products[side];
    const DensePanels& panels = side == 0 ? kernels_.direct : kernels_.transposed;
    domain_.multiply(panels, side == 0 ? block.v : batch_.symmetric ? block.v : block.u, block.width, memories, product);
    if (!Domain::kExamines || domain_.unchecked()) return;
    const float* masses = side == 0 ? block.a.data() : block.b.data();
    V least_of[Domain::kMostRegisters];
    std::fill(least_of, least_of + block.registers(), Domain::infinity());
    block.each(panels.rows, [&](std::ptrdiff_t i, int r) {
      least_of[r] = least<float>(least_of[r], domain_.examined(product.get(i), load<float>(masses + i)));
    });
    float values[kMostWidth];
    block.to_slots(least_of, values, [](float x, float y) { return std::min(x, y); });
    for (int s = 0; s < block.width; ++s) {
      Slot& slot = block.slots[s];
      if (slot.pair < 0 || Domain::exact(values[s], slot.of[side], panels.columns)) continue;
      pairs_->refuse(slot.pair);
      slot.pair = -1;
    }
  }

  // scaled = masses / kept, where kept becomes the product, or with momentum for slots that `relaxes` says.
  template <typename Relaxes>
  void update(Block& block, const AlignedArray<float>& all_masses, std::ptrdiff_t count, const Field& product, Field& kept,
              Field& scaled, int side, Relaxes relaxes) {
    const float* masses = all_masses.data();
    bool any = false;
    V relaxed_slots[Domain::kMostRegisters] = {};
    for (int s = 0; s < block.width; ++s) {
      const bool relaxed = block.slots[s].pair >= 0 && relaxes(block.slots[s]);
      any = any || relaxed;
      if (block.width == 1) relaxed_slots[0] = broadcast<float>(relaxed);
      else relaxed_slots[s / kLanes][s % kLanes] = relaxed;
    }
    typename Domain::Watch watches[Domain::kMostRegisters];
    const int of = &all_masses == &block.a ? 0 : 1;
    const bool raises = penalty_.of(of);
    V shifts[Domain::kMostRegisters] = {};
    if (raises) set_shifts(block, of, shifts);
    block.each(count, [&](std::ptrdiff_t i, int r) {
      const V mass = load<float>(masses + i);
      Number number = product.get(i);
      if (raises) number = raised(number, of, shifts[r]);
      if (any) number = Domain::select(relaxed_slots[r] > 0.0f, domain_.relaxed(kept.get(i), number), number);
      kept.set(i, number);
      const Number scaling = Domain::quotient(mass, number);
      watches[r].look(scaled.get(i), scaling);
      scaled.set(i, scaling);
    });
    V seen[Domain::kMostRegisters];
    for (int r = 0; r < block.registers(); ++r) seen[r] = watches[r].seen();
    float values[kMostWidth];
    block.to_slots(seen, values, [](float x, float y) { return std::max(x, y); });
    for (int s = 0; s < block.width; ++s) {
      // before the first iteration there was no u
      block.slots[s].of[side] = Domain::remembered(values[s], side == 1 && block.slots[s].end.iterations == 0);
    }
  }

  // What a product is raised by where marginals have penalties, besides its power.
  void set_shifts(const Block& block, int side, V* shifts) const {
    of_slots(block, shifts, [&](const Slot& slot) { return slot.lambda * penalty_.pull[side]; });
  }
  template <typename Value>
  void of_slots(const Block& block, V* registers, Value value) const {
    for (int s = 0; s < block.width; ++s) {
      const float number = static_cast<float>(value(block.slots[s]));
      if (block.width == 1) registers[0] = broadcast<float>(number);
      else registers[s / kLanes][s % kLanes] = number;
    }
  }
  Number raised(const Number& number, int side, const V& shift) const {
    return Domain::raised(number, static_cast<float>(penalty_.tau[side]), shift);
  }

  // The best lambda of each slot.
  void translate(Block& block) const {
    PenalizedMass masses[2][kMostWidth];
    add_penalized(block, 0, n_, block.a.data(), block.y, masses[0]);
    add_penalized(block, 1, m_, block.b.data(), block.z, masses[1]);
    for (int s = 0; s < block.width; ++s) {
      Slot& slot = block.slots[s];
      if (slot.pair >= 0) slot.lambda = penalty_.translation(masses[0][s], masses[1][s], slot.lambda);
    }
  }

  // Added up in the order of `violations`.
  void add_penalized(const Block& block, int side, std::ptrdiff_t count, const float* masses, const Field& kept,
                     PenalizedMass* out) const {
    V sums[kLanes][Domain::kMostRegisters] = {}, changes[kLanes][Domain::kMostRegisters] = {};
    const float share = static_cast<float>(penalty_.share[side]);
    V offsets[Domain::kMostRegisters] = {};
    of_slots(block, offsets, [&](const Slot& slot) { return penalty_.offset(side, slot.lambda); });
    block.each(count, [&](std::ptrdiff_t i, int r) {
      const V mass = most<float>(load<float>(masses + i), V{}), exponent = Domain::log(kept.get(i)) * share - offsets[r];
      const int k = block.width == 1 ? 0 : i / block.width % kLanes;
      sums[k][r] += mass > V{} ? mass * exp_of<float>(exponent) : V{};
      changes[k][r] += mass > V{} ? mass * short_expm1_of<float>(exponent) : V{};
    });
    for (int s = 0; s < block.width; ++s) {
      out[s].total = block.slots[s].totals[side];
      for (int k = 0; k < kLanes; ++k) {
        out[s].sum += block.width == 1 ? sums[0][0][k] : sums[k][s / kLanes][s % kLanes];
        out[s].change += block.width == 1 ? changes[0][0][k] : changes[k][s / kLanes][s % kLanes];
      }
    }
  }

  // After the product K v: stopping tests, and the ends of pairs.
  void end_pairs(Block& block) {
    const auto due = [&](const Slot& slot) {
      return slot.pair >= 0 && slot.end.iterations > 0 && tests_after(slot.end.iterations);
    };
    if (std::none_of(block.slots.begin(), block.slots.end(), due)) return;
    double errors[kMostWidth] = {};
    if (batch_.check_every > 0) violations(block, errors);
    for (int s = 0; s < block.width; ++s) {
      Slot& slot = block.slots[s];
      if (!due(slot)) continue;
      if (batch_.check_every > 0) tally_->test(errors[s], batch_.tolerance, slot.end);
      if (slot.end.iterations == batch_.iterations || slot.end.status != SinkhornStatus::kMaxIterations) end_pair(block, s);
    }
  }

  // |P 1 - a|_1 of each slot, or with penalties the change of u that is that without them, added up in an order that does not
  // depend on the width: points of equal number modulo kLanes first.
  void violations(const Block& block, double* errors) const {
    V sums[kLanes][Domain::kMostRegisters] = {};
    const float* masses = block.a.data();
    const bool raises = penalty_.of(0);
    V shifts[Domain::kMostRegisters] = {};
    if (raises) set_shifts(block, 0, shifts);
    block.each(n_, [&](std::ptrdiff_t i, int r) {
      const V mass = load<float>(masses + i);
      Number next = block.products[0].get(i);
      if (raises) next = raised(next, 0, shifts[r]);
      const V change = mass * Domain::change(next, block.y.get(i));
      sums[block.width == 1 ? 0 : i / block.width % kLanes][r] += mass > V{} ? (change < V{} ? -change : change) : V{};
    });
    for (int s = 0; s < block.width; ++s) {
      for (int k = 0; k < kLanes; ++k) errors[s] += block.width == 1 ? sums[0][0][k] : sums[k][s / kLanes][s % kLanes];
      if (penalty_.any && block.slots[s].pair >= 0) errors[s] /= block.slots[s].totals[0];
    }
  }

  void end_pair(Block& block, int s) {
    Slot& slot = block.slots[s];
    const bool kl = batch_.output == SinkhornOutput::kKlPotentials;
    // one more half step, from a product that is not raised yet
    const bool is_next = kl && !batch_.symmetric;
    const double power = is_next ? penalty_.tau[0] : 1, of_first = is_next ? penalty_.tau[0] * slot.lambda : slot.lambda;
    write_potential(is_next ? block.products[0] : block.y, s, block.width, kl ? nullptr : batch_.a + slot.pair * n_, n_, power,
                    of_first, batch_.f + slot.pair * n_);
    if (batch_.g && !batch_.symmetric) {
      write_potential(block.z, s, block.width, kl ? nullptr : batch_.b + slot.pair * m_, m_, 1, -slot.lambda,
                      batch_.g + slot.pair * m_);
    }
    tally_->end(slot.end);
    slot.pair = -1;
  }

  // epsilon (log masses - power log product) + lambda, or without the masses.
  void write_potential(const Field& product, int s, int width, const float* masses, std::ptrdiff_t count, double power,
                       double lambda, float* out) {
    using D = Vector<double>;
    constexpr int kDoubles = Traits<double>::kLanes;
    Domain::logarithms(product, count, s, width, logs_.data());
    for (std::ptrdiff_t i = 0; i < count; ++i) masses_[i] = masses ? masses[i] : 1;
    std::fill(masses_.begin() + count, masses_.end(), 1.0);
    for (std::ptrdiff_t i = 0; i < count; i += kDoubles) {
      const D mass = load<double>(masses_.data() + i);
      const D present = most<double>(mass, broadcast<double>(std::numeric_limits<double>::min()));
      const D potential = (log_of<double>(present) - load<double>(logs_.data() + i) * power) * kernels_.epsilon + lambda;
      store<double>(logs_.data() + i, mass > D{} ? potential : broadcast<double>(kNoMassPotential));
    }
    for (std::ptrdiff_t i = 0; i < count; ++i) out[i] = static_cast<float>(logs_[i]);
  }

  const DenseKernels kernels_;
  const SinkhornBatch& batch_;
  const std::ptrdiff_t n_, m_;
  Domain domain_;
  const MarginalPenalty penalty_;
  DensePairs* pairs_ = nullptr;
  SinkhornTally* tally_ = nullptr;
  std::vector<double> logs_, masses_;
};

template <typename Domain>
DenseEngine* make_dense(const DenseKernels& kernels, const SinkhornBatch& batch) {
  return new DenseSinkhorn<Domain>(kernels, batch);
}

template <typename Domain>
void pack_dense(const DenseCost& cost, std::ptrdiff_t panel, float* numbers) {
  const double scale = -1 / cost.epsilon;
  double logs[16] = {};
  static_assert(Domain::kRows <= 16, "whole registers");
  for (std::ptrdiff_t j = 0; j < cost.columns; ++j, numbers += Domain::kPanelNumbers) {
    for (int r = 0; r < Domain::kRows; ++r) {
      const std::ptrdiff_t i = std::min<std::ptrdiff_t>(panel * Domain::kRows + r, cost.rows - 1);
      logs[r] = cost.entries[i * cost.row_stride + j * cost.column_stride] * scale;
    }
    Domain::pack(logs, numbers);
  }
}

template <typename Domain>
constexpr DenseDomain dense_domain() {
  return {Domain::kRows, Domain::kPanelNumbers, pack_dense<Domain>, make_dense<Domain>};
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
