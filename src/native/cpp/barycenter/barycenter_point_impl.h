// One data point: forward, loss, adjoint (barycenter.h). `Steps` is one iteration, forward and adjoint: PlainSteps or
// PowerSteps.

// What the steps of one worker work with.
template <typename T>
struct PointContext {
  const BarycenterProblem& problem;
  const GridKernel<T>& kernel;
  const SharedAtoms<T>& shared;
  GridScratch<T>* scratch = nullptr;  // of this call
  bool cold = true;

  // Whether the first half of an iteration is that of SharedAtoms.
  bool is_shared(int iteration) const { return cold && iteration == 0; }
};

enum class Half { kC, kPhi };

// The kernel levels of the products of one data point: found on the way forward, taken again by replays and the adjoint.
template <typename T>
class KernelLevels {
 public:
  explicit KernelLevels(const PointContext<T>& context)
      : context_(context),
        atoms_(context.problem.atoms),
        used_(2 * static_cast<std::size_t>(context.problem.iterations) * atoms_),
        needed_(2 * static_cast<std::size_t>(atoms_)) {}

  int of(Half half, int iteration, int s) const { return used_[slot(half, iteration, s)]; }

  // Makes a product with the shortest kernel that is exact, expected to be as long as in the iteration before. May repeat it,
  // so it must not change its input. False if no kernel is exact.
  template <typename Product>
  bool make(Half half, int iteration, int s, bool replay, Product product) {
    int& used = used_[slot(half, iteration, s)];
    if (replay) {
      product(used);
      return true;
    }
    int& needed = needed_[slot(half, 0, s)];
    used = iteration > 0 && !context_.is_shared(iteration - 1) ? needed : std::max(0, context_.shared.first_level[s]);
    return context_.kernel.make(used, needed, product);
  }

 private:
  std::size_t slot(Half half, int iteration, int s) const {
    return 2 * (static_cast<std::size_t>(iteration) * atoms_ + s) + (half == Half::kPhi);
  }

  const PointContext<T>& context_;
  const int atoms_;
  std::vector<int> used_;    // [L, S, 2]
  std::vector<int> needed_;  // [S, 2], of the last iteration
};

// exp of log-scalings [N] to start from; what stands for no mass starts at 1, as its power would be infinite with mass.
// False where one leaves the range.
template <typename T>
bool start_scaling(const StripLayout& layout, std::size_t size, const float* logs, T* out) {
  std::fill_n(out, size, T(0));  // the padding, too
  unpack(layout, logs, out);
  Vector<T> largest = {};
  each_register<T>(layout, [&](std::size_t i) {
    Vector<T> value = load<T>(out + i);
    value = value > T(kLogZero / 2) ? value : Vector<T>{};
    largest = most<T>(largest, most<T>(value, -value));
    store<T>(out + i, exp_of<T>(value));
  });
  return largest_lane<T>(largest) < std::log(static_cast<T>(Band<T>::kLargest));
}

// p from the registers log_p(i) of log p + offset; false where either leaves the range, which weights below zero can make them do while no phi does.
template <typename T, typename LogP>
bool set_barycenter(const StripLayout& layout, LogP log_p, double offset, T* p) {
  const double limit = std::log(Band<T>::kLargest);
  if (!(std::abs(offset) < limit)) return false;
  const T factor = static_cast<T>(std::exp(-offset));
  Vector<T> largest = {}, smallest = {};
  each_register<T>(layout, [&](std::size_t i) {
    const Vector<T> value = log_p(i);
    largest = most<T>(largest, value);
    smallest = least<T>(smallest, value);
    store<T>(p + i, exp_of<T>(value) * factor);
  });
  const double high = largest_lane<T>(largest), low = -largest_lane<T>(-smallest);
  return std::max(high, high - offset) < limit && std::min(low, low - offset) > -limit;
}

// <g, log p>
template <typename T>
double mean_log(const StripLayout& layout, const T* g, const T* p) {
  double sum = 0;
  each_strip<T>(layout, [&](std::size_t begin, std::size_t end) {
    Vector<T> strip = {};
    for (std::size_t i = begin; i < end; i += Traits<T>::kLanes) strip += load<T>(g + i) * short_log_of<T>(load<T>(p + i));
    sum += sum_lanes<T>(strip);
  });
  return sum;
}

template <typename T, typename Steps>
class PointWorker {
 public:
  PointWorker(const BarycenterProblem& problem, const GridKernel<T>& kernel, const SharedAtoms<T>& shared)
      : context_{problem, kernel, shared}, steps_(context_), p_gradient_(2, kernel.size()), target_(1, kernel.size()) {}

  bool run(const BarycenterPoint& point, GridScratch<T>& scratch, AtomGradients<T>& gradients) {
    context_.scratch = &scratch;
    context_.cold = !point.start;
    steps_.kept().prepare(point.target != nullptr);
    if (!forward(point)) return false;
    if (point.barycenter) pack(context_.kernel.upright(), barycenter(), point.barycenter);
    if (point.log_scalings) steps_.write_log_scalings(point.log_scalings);
    return point.target ? backward(point, gradients) : true;
  }

 private:
  const T* barycenter() { return steps_.p(context_.problem.iterations - 1); }

  bool forward(const BarycenterPoint& point) {
    if (point.start && !steps_.set_start(point.start)) return false;
    for (int iteration = 0; iteration < context_.problem.iterations; ++iteration) {
      if (!steps_.advance(point, iteration, false)) return false;
      steps_.kept().finish(iteration);
    }
    return true;
  }

  // The adjoint, from the last iteration to the first.
  bool backward(const BarycenterPoint& point, AtomGradients<T>& gradients) {
    const int atoms = context_.problem.atoms;
    const KeptIterations<T>& kept = steps_.kept();
    const StripLayout& layout = context_.kernel.upright();
    const double value = loss_and_slope(layout, point, barycenter(), context_.shared.scale, target_[0], p_gradient_[0]);
    std::fill_n(point.gradient_weights, atoms, 0.0);
    double check = value;
    int g = 0;
    for (int segment = kept.segments() - 1; segment >= 0; --segment) {
      if (segment < kept.segments() - 1) {
        for (int replayed = kept.begin(segment); replayed < kept.end(segment); ++replayed) steps_.advance(point, replayed, true);
      }
      for (int iteration = kept.end(segment) - 1; iteration >= kept.begin(segment); --iteration) {
        steps_.pull_back(point, iteration, p_gradient_[g], p_gradient_[1 - g], gradients, check);
        g = 1 - g;
      }
    }
    for (int s = 0; s < atoms; ++s) check += point.gradient_weights[s];
    if (!std::isfinite(check)) return false;
    *point.loss_value = value;
    return true;
  }

  PointContext<T> context_;
  Steps steps_;
  Images<T> p_gradient_;  // G of this iteration and of the one before
  Images<T> target_;      // one image
};
