// What the adjoint needs of the iterations of one data point: p, 1 / c_s and 1 / phi_s of each, 2 S + 1 images. Beyond the
// given number of bytes only the ends of segments (p and 1 / phi_s, S + 1 images) are kept, and the iterations of one
// segment; the adjoint computes each segment again. With segments of sqrt(L (S + 1) / (2 S + 1)) iterations that is about
// 2 sqrt(L (S + 1) (2 S + 1)) images.

// `count` images, each beginning at another place of a page so that equal places of several do not share cache sets.
template <typename T>
class Images {
 public:
  Images() = default;
  Images(std::size_t count, std::size_t size) : count_(count), stride_(size + kStagger), data_(count * stride_) {}
  T* operator[](std::size_t index) { return data_.data() + index * stride_; }
  const T* operator[](std::size_t index) const { return data_.data() + index * stride_; }
  std::size_t count() const { return count_; }
  void swap(Images& other) noexcept {
    std::swap(count_, other.count_);
    std::swap(stride_, other.stride_);
    data_.swap(other.data_);
  }

 private:
  static constexpr std::size_t kStagger = 5 * 64 / sizeof(T);
  std::size_t count_ = 0, stride_ = 0;
  AlignedArray<T> data_;
};

template <typename T>
class KeptIterations {
 public:
  // For all iterations, or where no adjoint follows for one.
  void prepare(const BarycenterProblem& problem, std::size_t size, bool adjoint) {
    iterations_ = problem.iterations;
    atoms_ = problem.atoms;
    size_ = size;
    segment_ = 1;
    if (adjoint) {
      const double bytes = (2.0 * atoms_ + 1) * size * sizeof(T);
      const double shortest = std::sqrt(iterations_ * (atoms_ + 1.0) / (2.0 * atoms_ + 1));
      segment_ = iterations_ * bytes <= problem.kept_bytes ? iterations_ : static_cast<int>(std::ceil(shortest));
    }
    ends_are_kept_ = adjoint && segment_ < iterations_;
    const auto grow = [&](Images<T>& images, std::size_t count) {
      if (images.count() < count) images = Images<T>(count, size);
    };
    grow(p_, segment_);
    grow(inverse_c_, static_cast<std::size_t>(segment_) * atoms_);
    grow(inverse_phi_, static_cast<std::size_t>(segment_) * atoms_);
    if (ends_are_kept_) grow(ends_, static_cast<std::size_t>(segments() - 1) * (atoms_ + 1));
  }

  int segments() const { return (iterations_ + segment_ - 1) / segment_; }
  int begin(int segment) const { return segment * segment_; }
  int end(int segment) const { return std::min(begin(segment + 1), iterations_); }

  T* p(int iteration) { return p_[iteration % segment_]; }
  T* inverse_c(int iteration, int s) { return inverse_c_[slot(iteration, s)]; }
  T* inverse_phi(int iteration, int s) { return inverse_phi_[slot(iteration, s)]; }

  // Of the iteration before one of the segment that is in memory.
  const T* p_before(int iteration) { return at_end(iteration) ? ends_[end_slot(iteration)] : p(iteration - 1); }
  const T* inverse_phi_before(int iteration, int s) {
    return at_end(iteration) ? ends_[end_slot(iteration) + 1 + s] : inverse_phi(iteration - 1, s);
  }

  // Call after each iteration of the first pass; `inverse_phi(s)` is the iteration's.
  template <typename InversePhi>
  void finish(int iteration, InversePhi inverse_phi) {
    const int next = iteration + 1;
    if (next == iterations_ || !at_end(next)) return;
    std::copy_n(p(iteration), size_, ends_[end_slot(next)]);
    for (int s = 0; s < atoms_; ++s) std::copy_n(inverse_phi(s), size_, ends_[end_slot(next) + 1 + s]);
  }

 private:
  std::size_t slot(int iteration, int s) const { return static_cast<std::size_t>(iteration % segment_) * atoms_ + s; }
  bool at_end(int iteration) const { return ends_are_kept_ && iteration % segment_ == 0; }
  std::size_t end_slot(int iteration) const { return static_cast<std::size_t>(iteration / segment_ - 1) * (atoms_ + 1); }

  int iterations_ = 0, atoms_ = 0, segment_ = 1;
  bool ends_are_kept_ = false;
  std::size_t size_ = 0;
  Images<T> p_, inverse_c_, inverse_phi_, ends_;
};
