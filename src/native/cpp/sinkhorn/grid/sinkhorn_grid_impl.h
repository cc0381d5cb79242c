// Sinkhorn on a grid (sinkhorn.h). What is written here is the order of
// things; how numbers are stored, and whether a product is exact, is the domain's: ScalingDomain or LogDomain.
//
// A half step is one pass over the strips of an axis: the last blur of a product, the scalings that follow, and the first
// blur of the next product, so that each image is read and written once. The two half steps take turns between the first
// and the last axis; a third one lies between and is blurred in a pass of its own.
#if defined(OTLEARN_SINKHORN_GRID_SINKHORN_GRID_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_GRID_SINKHORN_GRID_IMPL_H
#undef OTLEARN_SINKHORN_GRID_SINKHORN_GRID_IMPL_H
#else
#define OTLEARN_SINKHORN_GRID_SINKHORN_GRID_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "base/aligned_array.h"
#include "isa/set.h"
#include "sinkhorn/grid/blur_impl.h"
#include "sinkhorn/grid/raise_impl.h"
#include "sinkhorn/grid/sinkhorn_engine.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename Domain, template <typename> class Layout>
class GridSinkhorn final : public SinkhornEngine {
  using T = typename Domain::Number;
  using Grid = Layout<T>;  // StripGrid, or LaneGrid for several pairs at a time
  using Axis = typename Grid::Axis;
  static constexpr int kLanes = Traits<T>::kLanes;
  enum class Source { kNext, kImage, kBlurredImage };  // of a half step's product

 public:
  explicit GridSinkhorn(const SinkhornGrid& grid)
      : grid_(grid.size), domain_(grid, grid_.points()), last_(static_cast<int>(grid.size.size()) - 1) {
    image_.resize(grid_.numbers(), T(0));
    std::size_t longest = 0;
    for (const Axis& axis : grid_.axes()) {
      longest = std::max<std::size_t>(longest, axis.length);
      lines_.emplace_back(line_registers(axis.length) * kLanes, T(0));  // what is no number of the line stays zero
    }
    scaled_ = lines_;
    blurred_.resize(longest * kLanes, T(0));
    const std::size_t first = axis(0).numbers(), second = axis(last_).numbers();
    for (auto* strips : {&a_, &y_, &next_}) strips->resize(first, T(0));
    for (auto* strips : {&b_, &z_}) strips->resize(second, T(0));
  }

  bool begin(const SinkhornPair& pair, const SinkhornRule& rule) override {
    set_pair(pair, rule);
    if (rule.symmetric) std::fill(y_.begin(), y_.end(), Domain::one());
    const double taken = domain_.start(pair, grid_, image_);
    lambda_.assign(count_, rule.penalty.any ? -taken : 0.0);
    for (int k = last_; k > 0; --k) blur(k);
    finish(true);
    return domain_.certify();
  }

  bool resume(const SinkhornPair& pair, const SinkhornRule& rule, const SinkhornState& state) override {
    if (!Domain::kResumes) return false;
    set_pair(pair, rule);
    started_ = state.started;
    lambda_.assign(1, state.lambda);
    const auto read_strips = [&](const std::vector<double>& logs, int k, AlignedVector<T>& strips) {
      grid_.to_image(logs.data(), 1, image_.data());
      to_strips(k, strips.data());
    };
    read_strips(state.next, 0, next_);
    if (started_) {
      read_strips(state.first, 0, y_);
      if (!rule.symmetric) read_strips(state.second, last_, z_);
    }
    return true;
  }

  bool advance(int iterations) override {
    const bool keeps = rule_.momentum != 1;
    const bool started = started_;
    saved_next_ = next_;
    saved_lambda_ = lambda_;
    if (keeps) saved_y_ = y_, saved_z_ = z_;
    const auto before = domain_.certificate();
    while (!iterate(iterations)) {
      next_ = saved_next_;
      lambda_ = saved_lambda_;
      if (keeps) y_ = saved_y_, z_ = saved_z_;
      started_ = started;
      if (!domain_.retry(before)) return false;
    }
    return true;
  }

  void violations(double* out) const override {
    std::fill(out, out + count_, 0.0);
    const std::size_t strip = axis(0).length * kLanes;
    const auto add = [&](const AlignedVector<T>& next) {
      for (std::size_t at = 0; at < a_.size(); at += strip) {
        Grid::add_to_pairs(domain_.violation(a_.data() + at, y_.data() + at, next.data() + at, axis(0).length), count_, out);
      }
    };
    if (!rule_.penalty.any) return add(next_);
    AlignedVector<T> next = next_;
    if (rule_.penalty.of(0)) domain_.raise(next, raise_of(0));
    add(next);
    for (int pair = 0; pair < count_; ++pair) out[pair] /= totals_[0][pair];
  }

  void read(SinkhornState& state) override {
    const auto write = [&](const AlignedVector<T>& strips, int k, std::vector<double>& logs) {
      logs.resize(grid_.points());
      from_strips(k, strips.data());
      grid_.from_image(image_.data(), 1, logs.data());
      domain_.to_logs(logs);
    };
    state.started = started_;
    state.lambda = lambda_[0];
    write(next_, 0, state.next);
    if (!started_) return;
    write(y_, 0, state.first);
    if (!rule_.symmetric) write(z_, last_, state.second);
  }

  void potentials(float* f, float* g) override {
    write_potentials(a_, y_, 0, 1, f);
    write_potentials(b_, z_, last_, -1, g);
  }
  void kl_potentials(float* f, float* g) override {
    if (rule_.penalty.of(0) && !rule_.symmetric) {
      AlignedVector<T> next = next_;
      domain_.raise(next, raise_of(0));
      write_kl(next, 0, 1, f);
    } else {
      write_kl(rule_.symmetric ? y_ : next_, 0, 1, f);
    }
    if (g) write_kl(z_, last_, -1, g);
  }

 private:
  const Axis& axis(int k) const { return grid_.axes()[k]; }

  // Between the image and the strips of an axis.
  void to_strips(int k, T* strips) const {
    for (const auto& strip : axis(k).strips) {
      Grid::load_strip(image_.data(), axis(k), strip, strips);
      strips += axis(k).length * kLanes;
    }
  }
  void from_strips(int k, const T* strips) {
    for (const auto& strip : axis(k).strips) {
      Grid::store_strip(strips, axis(k), strip, image_.data());
      strips += axis(k).length * kLanes;
    }
  }

  void set_pair(const SinkhornPair& pair, const SinkhornRule& rule) {
    rule_ = rule;
    started_ = false;
    const auto masses = [&](const float* from, int k, AlignedVector<T>& strips) {
      std::fill(image_.begin(), image_.end(), T(0));  // no mass in padding
      grid_.to_image(from, pair.count, image_.data());
      domain_.masses(image_);
      to_strips(k, strips.data());
    };
    masses(pair.a, 0, a_);
    if (!rule.symmetric) masses(pair.b, last_, b_);
    count_ = pair.count;
    if (rule.penalty.any) {
      totals_[0] = totals(pair.a);
      totals_[1] = totals(pair.b);
    }
    domain_.set_pair(pair, rule, grid_.points());
  }

  std::vector<double> totals(const float* masses) const {
    std::vector<double> result(count_);
    for (double& total : result) {
      for (std::size_t i = 0; i < grid_.points(); ++i) total += *masses++;
    }
    return result;
  }

  // What a product becomes where its marginal has a penalty.
  Raise<T> raise_of(int side) const {
    std::vector<double> shifts(lambda_);
    for (double& shift : shifts) shift *= rule_.penalty.pull[side];
    return {rule_.penalty.of(side), static_cast<T>(rule_.penalty.tau[side]), Grid::of_pairs(shifts.data(), count_)};
  }

  // The best lambda of each pair.
  void translate() {
    std::vector<PenalizedMass> sides[2] = {penalized(0, 0, a_, y_), penalized(1, last_, b_, z_)};
    for (int pair = 0; pair < count_; ++pair) {
      lambda_[pair] = rule_.penalty.translation(sides[0][pair], sides[1][pair], lambda_[pair]);
    }
  }
  std::vector<PenalizedMass> penalized(int side, int k, const AlignedVector<T>& masses, const AlignedVector<T>& kept) const {
    std::vector<double> sums(count_), changes(count_);
    std::vector<double> offsets(lambda_);
    for (double& offset : offsets) offset = rule_.penalty.offset(side, offset);
    const Vector<T> offset = Grid::of_pairs(offsets.data(), count_);
    const T share = static_cast<T>(rule_.penalty.share[side]);
    const std::size_t strip = axis(k).length * kLanes;
    for (std::size_t at = 0; at < masses.size(); at += strip) {
      const auto of = domain_.penalized(masses.data() + at, kept.data() + at, axis(k).length, share, offset);
      Grid::add_to_pairs(of.sum, count_, sums.data());
      Grid::add_to_pairs(of.change, count_, changes.data());
    }
    std::vector<PenalizedMass> result(count_);
    for (int pair = 0; pair < count_; ++pair) result[pair] = {totals_[side][pair], sums[pair], changes[pair]};
    return result;
  }

  bool iterate(int iterations) {
    for (int k = 1; k <= iterations; ++k) {
      const bool relaxed = rule_.momentum != 1 && (started_ || rule_.symmetric);
      const bool keeps = rule_.momentum != 1 || k == iterations || rule_.penalty.any;
      if (rule_.symmetric) {  // one half step is all; the remaining blurs have passes of their own
        half_step(0, 0, k == 1 ? Source::kNext : Source::kImage, a_, y_, relaxed, keeps);
        for (int other = last_; other > 0; --other) blur(other);
        started_ = true;
      } else {
        half_step(0, 0, k == 1 ? Source::kNext : last_ > 0 ? Source::kBlurredImage : Source::kImage, a_, y_, relaxed, keeps);
        if (!domain_.certify()) return false;
        for (int other = 1; other < last_; ++other) blur(other);
        half_step(1, last_, last_ > 0 ? Source::kBlurredImage : Source::kImage, b_, z_, relaxed && k < iterations, keeps);
        if (rule_.penalty.any) translate();
        for (int other = last_ - 1; other > 0; --other) blur(other);
        started_ = true;
      }
      if (!domain_.certify()) return false;
    }
    finish(!rule_.symmetric && last_ > 0);
    return domain_.certify();
  }

  // A pass of K along one axis of the image.
  void blur(int k) {
    std::size_t number = 0;
    for (const auto& strip : axis(k).strips) {
      T* const lines = lines_[k].data() + axis(k).length * kLanes;
      const Vector<T> sum = Grid::load_strip(image_.data(), axis(k), strip, lines);
      blur_into_image(k, strip, number++, &sum, lines);
    }
  }

  void blur_into_image(int k, const typename Grid::Strip& strip, std::size_t number, const Vector<T>* sum, const T* lines) {
    if (Grid::lies_in_image(axis(k))) {
      domain_.blur(k, number, sum, axis(k).length, lines, {image_.data() + strip.base, axis(k).stride});
    } else {
      domain_.blur(k, number, sum, axis(k).length, lines, {blurred_.data(), kLanes});
      Grid::store_strip(blurred_.data(), axis(k), strip, image_.data());
    }
  }

  // The product in the image, or its last blur, along the first axis, into next_.
  void finish(bool blurs) {
    const int length = axis(0).length;
    T* next = next_.data();
    const T* masses = a_.data();
    std::size_t number = 0;
    domain_.new_product();
    for (const auto& strip : axis(0).strips) {
      T* const lines = lines_[0].data() + length * kLanes;
      const Vector<T> sum = Grid::load_strip(image_.data(), axis(0), strip, lines);
      if (blurs) domain_.blur(0, number++, &sum, length, lines, {next, kLanes});
      else std::memcpy(next, lines, length * kLanes * sizeof(T));
      domain_.examine(next, masses, length, strip.lanes);
      next += length * kLanes;
      masses += length * kLanes;
    }
  }

  void half_step(int side, int k, Source source, const AlignedVector<T>& masses, AlignedVector<T>& products, bool relaxed,
                 bool keeps) {
    const int length = axis(k).length;
    T* const lines = lines_[k].data() + length * kLanes;
    T* const scaled = scaled_[k].data() + length * kLanes;
    std::size_t at = 0, number = 0;
    const Raise<T> raise = rule_.penalty.of(side) ? raise_of(side) : Raise<T>{};
    domain_.new_product();
    for (const auto& strip : axis(k).strips) {
      const T* product = next_.data() + at;
      if (source != Source::kNext) {
        const Vector<T> sum = Grid::load_strip(image_.data(), axis(k), strip, lines);
        product = lines;
        if (source == Source::kBlurredImage) {
          domain_.blur(k, number, &sum, length, lines, {blurred_.data(), kLanes});
          product = blurred_.data();
        }
      }
      domain_.update(product, masses.data() + at, keeps ? products.data() + at : nullptr, relaxed, raise, length, strip.lanes,
                     scaled);
      blur_into_image(k, strip, number++, nullptr, scaled);
      at += length * kLanes;
    }
  }

  void write_potentials(const AlignedVector<T>& masses, const AlignedVector<T>& products, int k, int sign, float* out) {
    potential_ = products;
    domain_.potentials(masses, potential_);
    move_potential(sign);
    write_out(k, out);
  }
  void write_kl(const AlignedVector<T>& products, int k, int sign, float* out) {
    potential_ = products;
    domain_.kl_potentials(potential_);
    move_potential(sign);
    write_out(k, out);
  }
  // By lambda, up or down. The stand-in of no mass is too large to change.
  void move_potential(int sign) {
    if (!rule_.penalty.any) return;
    const Vector<T> lambda = Grid::of_pairs(lambda_.data(), count_) * static_cast<T>(sign);
    for (std::size_t i = 0; i < potential_.size(); i += kLanes) {
      store<T>(potential_.data() + i, load<T>(potential_.data() + i) + lambda);
    }
  }
  void write_out(int k, float* out) {
    from_strips(k, potential_.data());
    grid_.from_image(image_.data(), count_, out);
  }

  const Grid grid_;
  Domain domain_;
  const int last_;  // axis
  SinkhornRule rule_;
  bool started_ = false;
  int count_ = 1;                                 // pairs at hand
  AlignedVector<T> image_;                        // between two half steps
  std::vector<AlignedVector<T>> lines_, scaled_;  // a strip of each axis
  AlignedVector<T> blurred_;
  AlignedVector<T> a_, y_, next_, b_, z_;  // strip images of the first and of the last axis
  AlignedVector<T> saved_y_, saved_z_, saved_next_, potential_;
  std::vector<double> lambda_, saved_lambda_, totals_[2];  // of penalties, one a pair
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
