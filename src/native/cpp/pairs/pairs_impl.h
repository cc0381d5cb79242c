// The kernels of pairs.h, compiled once for each instruction set (isa_*.cc).

// What is left of the dual of one pair after an update, from the errors so far: stopping.ts says why.
class RemainingDual {
 public:
  double after(double error) {
    constexpr double kMostContraction = 0.999, kFirstContraction = 0.98;
    const bool known = previous_ < std::numeric_limits<double>::infinity();
    const double ratio = known ? error / previous_ : kFirstContraction;
    const double contraction = std::sqrt(std::min(kMostContraction, std::max(ratio, ratio_)));
    ratio_ = ratio;
    previous_ = error;
    const double rest = error / 2 * contraction / (1 - contraction);
    correction_ = known ? rest : 0;
    return rest;
  }
  double correction() const { return correction_; }

 private:
  double previous_ = std::numeric_limits<double>::infinity(), ratio_ = 0, correction_ = 0;
};

inline std::ptrdiff_t padded_to(std::ptrdiff_t size, std::ptrdiff_t block) { return (size + block - 1) / block * block; }

inline void pair_gibbs(const double* scaled, std::size_t count, float* kernel) {
  constexpr std::size_t kLanes = Traits<double>::kLanes;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Vector<double> values = exp_of<double>(-load<double>(scaled + i));
    for (std::size_t lane = 0; lane < kLanes; ++lane) kernel[i + lane] = static_cast<float>(values[lane]);
  }
  for (; i < count; ++i) kernel[i] = static_cast<float>(exp_of<double>(broadcast<double>(-scaled[i]))[0]);
}

inline void pair_gather(const float* kernel, std::ptrdiff_t bins, const PairSide& columns, float* panel,
                        std::ptrdiff_t stride) {
  for (std::ptrdiff_t row = 0; row < bins; ++row, kernel += bins, panel += stride) {
    for (int c = 0; c < columns.size; ++c) panel[c] = kernel[columns.bins[c]];
    for (std::ptrdiff_t c = columns.size; c < stride; ++c) panel[c] = 0;
  }
}

// Sums of the lanes of several registers.
template <int kRows>
inline void sums_of(const Vector<float> (&registers)[kRows], float* sums) {
  typedef float Quad __attribute__((vector_size(16)));
  struct Parts {
    Quad part[Traits<float>::kLanes / 4];
  };
  float quads[kRows][4];
  for (int r = 0; r < kRows; ++r) {
    Parts parts = cast_bits<Parts>(registers[r]);
    for (int width = Traits<float>::kLanes / 8; width > 0; width /= 2) {
      for (int p = 0; p < width; ++p) parts.part[p] += parts.part[p + width];
    }
    std::memcpy(quads[r], &parts.part[0], sizeof quads[r]);
  }
  for (int r = 0; r < kRows; ++r) sums[r] = (quads[r][0] + quads[r][1]) + (quads[r][2] + quads[r][3]);
}

// Adds sum_r u[r] row_r to the column sums.
inline void add_rows(const float* const (&rows)[kPairRowBlock], const float* u, float* sums, std::ptrdiff_t stride) {
  constexpr int kLanes = Traits<float>::kLanes;
  Vector<float> factors[kPairRowBlock];
  for (int r = 0; r < kPairRowBlock; ++r) factors[r] = broadcast<float>(u[r]);
  for (std::ptrdiff_t c = 0; c < stride; c += kLanes) {
    Vector<float> even = load<float>(sums + c), odd = {};
    for (int r = 0; r < kPairRowBlock; r += 2) {
      even += factors[r] * load<float>(rows[r] + c);
      odd += factors[r + 1] * load<float>(rows[r + 1] + c);
    }
    store<float>(sums + c, even + odd);
  }
}

// Calls body(block, rows) for each block of rows of the panel.
template <typename Body>
inline void each_row_block(const PairJob32& job, Body body) {
  const float* rows[kPairRowBlock];
  for (int block = 0; block < job.rows->size; block += kPairRowBlock) {
    for (int r = 0; r < kPairRowBlock; ++r) rows[r] = job.panel + job.rows->bins[block + r] * job.stride;
    body(block, rows);
  }
}

// Column sums start at zero, and at one in the padding, where zero masses are divided by them.
inline void clear_sums(float* sums, const PairJob32& job) {
  std::fill(sums, sums + job.columns->size, 0.0f);
  std::fill(sums + job.columns->size, sums + job.stride, 1.0f);
}

// products = K v, and sums = K^T (a / K v), in one pass over K.
inline void pass_over(const PairJob32& job, const float* v, float* products, float* sums) {
  constexpr int kLanes = Traits<float>::kLanes;
  clear_sums(sums, job);
  each_row_block(job, [&](int block, const float* const(&rows)[kPairRowBlock]) {
    Vector<float> dots[kPairRowBlock] = {};
    for (std::ptrdiff_t c = 0; c < job.stride; c += kLanes) {
      const Vector<float> x = load<float>(v + c);
      for (int r = 0; r < kPairRowBlock; ++r) dots[r] += x * load<float>(rows[r] + c);
    }
    sums_of(dots, products + block);
    float u[kPairRowBlock];
    for (int r = 0; r < kPairRowBlock; ++r) u[r] = job.rows->masses32[block + r] / products[block + r];
    add_rows(rows, u, sums, job.stride);
  });
}

struct PairErrors {
  double error, violation;
};

// v <- b / sums; how far the second marginal v * sums was from b before.
inline PairErrors update_columns(const PairJob32& job, const float* sums, float* v) {
  constexpr int kLanes = Traits<float>::kLanes;
  Vector<float> error = {}, violation = {};
  for (std::ptrdiff_t c = 0; c < job.stride; c += kLanes) {
    const Vector<float> mass = load<float>(job.columns->masses32 + c), sum = load<float>(sums + c);
    const Vector<float> deviation = load<float>(v + c) * sum - mass;
    error += deviation * deviation * load<float>(job.columns->inverse32 + c);
    violation += deviation < 0.0f ? -deviation : deviation;
    store<float>(v + c, mass / sum);
  }
  return {sum_lanes<float>(error), sum_lanes<float>(violation)};
}

// -sum masses log x in double; log x replaces x.
inline double minus_mean_log(const double* masses, float* x, int size) {
  constexpr int kLanes = Traits<double>::kLanes;
  Vector<double> sum = {};
  for (int i = 0; i < size; i += kLanes) {
    Vector<double> values;
    for (int lane = 0; lane < kLanes; ++lane) values[lane] = x[i + lane];
    const Vector<double> logs = log_of<double>(values);
    sum -= load<double>(masses + i) * logs;
    for (int lane = 0; lane < kLanes; ++lane) x[i + lane] = static_cast<float>(logs[lane]);
  }
  return sum_lanes<double>(sum);
}

// masses * exp(potential), with the padding at zero.
inline void scalings_from(const PairSide& side, const float* potential, std::ptrdiff_t padded, float* scalings) {
  constexpr int kLanes = Traits<float>::kLanes;
  std::copy(potential, potential + side.size, scalings);
  std::fill(scalings + side.size, scalings + padded, 0.0f);
  for (std::ptrdiff_t i = 0; i < padded; i += kLanes) {
    store<float>(scalings + i, load<float>(side.masses32 + i) * exp_of<float>(load<float>(scalings + i)));
  }
}

// Whether sums of products with scalings in the reciprocal range are right to float's precision: what underflows from such a
// sum, below 1e-38 a term, is nothing beside it.
inline bool holds_in_float(const float* products, int size) {
  constexpr float kLeast = 1e-25f, kMost = 1e25f;
  bool good = true;
  for (int i = 0; i < size; ++i) good &= products[i] >= kLeast && products[i] <= kMost;
  return good;
}

inline PairOutcome pair_solve32(const PairJob32& job) {
  const PairSide &rows = *job.rows, &columns = *job.columns;
  const std::ptrdiff_t padded_rows = padded_to(rows.size, kPairColumnBlock);
  float *products = job.row_work, *u = products + padded_rows, *v = job.column_work, *sums = v + job.stride;
  if (job.potential.on_rows) {
    scalings_from(rows, job.potential.start, padded_rows, u);
    for (std::ptrdiff_t i = 0; i < padded_rows; ++i) products[i] = i < rows.size ? rows.masses32[i] / u[i] : 1;
    clear_sums(sums, job);
    each_row_block(job, [&](int block, const float* const(&panel_rows)[kPairRowBlock]) {
      add_rows(panel_rows, u + block, sums, job.stride);
    });
    for (std::ptrdiff_t c = 0; c < job.stride; ++c) v[c] = columns.masses32[c] / sums[c];
  } else {
    std::fill(products, products + padded_rows, 1.0f);
    scalings_from(columns, job.potential.start, job.stride, v);
  }
  PairOutcome outcome;
  RemainingDual remaining;
  do {
    pass_over(job, v, products, sums);
    const PairErrors errors = update_columns(job, sums, v);
    outcome.violation = errors.violation;
    outcome.converged = remaining.after(errors.error) <= job.stop.tolerance;
    if (!(errors.error < std::numeric_limits<double>::infinity())) return {};
  } while (++outcome.iterations < job.stop.max_iterations && !outcome.converged);
  outcome.exact = holds_in_float(products, rows.size) && holds_in_float(sums, columns.size);
  if (!outcome.exact) return {};
  outcome.value = remaining.correction() + minus_mean_log(rows.masses, products, rows.size) + minus_mean_log(columns.masses, sums, columns.size);
  if (job.potential.result) {
    const float* logs = job.potential.on_rows ? products : sums;
    const int size = job.potential.on_rows ? rows.size : columns.size;
    for (int i = 0; i < size; ++i) job.potential.result[i] = -logs[i];
  }
  return outcome;
}

// sum x y of padded arrays.
inline double dot_of(const double* x, const double* y, std::ptrdiff_t padded) {
  constexpr int kLanes = Traits<double>::kLanes, kSums = kPairColumnBlock / kLanes;
  Vector<double> sums[kSums] = {};
  for (std::ptrdiff_t j = 0; j < padded; j += kPairColumnBlock) {
    for (int s = 0; s < kSums; ++s) sums[s] += load<double>(x + j + s * kLanes) * load<double>(y + j + s * kLanes);
  }
  double sum = 0;
  for (int s = 0; s < kSums; ++s) sum += sum_lanes<double>(sums[s]);
  return sum;
}

// The solver in double, for any epsilon, as in host-pair.ts: potentials so far are inside the matrix that is scaled, and are
// renewed before a scaling leaves the range.
class PairSolver64 {
 public:
  explicit PairSolver64(const PairJob64& job)
      : job_(job), rows_(*job.rows), columns_(*job.columns), stride_(padded_to(job.columns->size, kPairColumnBlock)),
        cost_(job.matrices), plan_(cost_ + rows_.size * stride_), phi_(job.row_work), alpha_(phi_ + rows_.size),
        gamma_(job.column_work), beta_(gamma_ + stride_), sums_(beta_ + stride_), most_(sums_ + stride_),
        exponents_(most_ + stride_) {
    for (int i = 0; i < rows_.size; ++i) {
      const double* from = job.cost + rows_.bins[i] * job.bins;
      double* to = cost_ + i * stride_;
      for (int j = 0; j < columns_.size; ++j) to[j] = from[columns_.bins[j]];
      std::fill(to + columns_.size, to + stride_, 0.0);
    }
  }

  PairOutcome solve() {
    if (job_.potential.on_rows) {
      std::copy(job_.potential.start, job_.potential.start + rows_.size, phi_);
      columns_from_rows();
    } else {
      std::copy(job_.potential.start, job_.potential.start + columns_.size, gamma_);
      std::fill(gamma_ + columns_.size, gamma_ + stride_, 0.0);
    }
    absorb();
    PairOutcome outcome;
    outcome.exact = true;
    RemainingDual remaining;
    for (;;) {
      const PairErrors errors = update_columns();
      ++outcome.iterations;
      outcome.violation = errors.violation;
      outcome.converged = remaining.after(errors.error) <= job_.stop.tolerance;
      if (outcome.converged || outcome.iterations >= job_.stop.max_iterations) break;
      if (within_range(alpha_, rows_.size) && within_range(beta_, columns_.size)) {
        update_rows();
      } else {
        for (int i = 0; i < rows_.size; ++i) phi_[i] += std::log(alpha_[i]);
        columns_from_rows();
        absorb();
      }
    }
    outcome.value = remaining.correction();
    finish(outcome);
    return outcome;
  }

 private:
  static constexpr int kLanes = Traits<double>::kLanes;

  // gamma from phi in the log domain.
  void columns_from_rows() {
    std::fill(most_, most_ + stride_, -std::numeric_limits<double>::infinity());
    for (int i = 0; i < rows_.size; ++i) {
      const double* cost = cost_ + i * stride_;
      const double potential = phi_[i] + rows_.log_masses[i];
      for (std::ptrdiff_t j = 0; j < stride_; ++j) most_[j] = std::max(most_[j], potential - cost[j]);
    }
    std::fill(sums_, sums_ + stride_, 0.0);
    for (int i = 0; i < rows_.size; ++i) {
      const double* cost = cost_ + i * stride_;
      const double potential = phi_[i] + rows_.log_masses[i];
      for (std::ptrdiff_t j = 0; j < stride_; j += kLanes) {
        const Vector<double> exponent = potential - load<double>(cost + j) - load<double>(most_ + j);
        store<double>(sums_ + j, load<double>(sums_ + j) + exp_of<double>(exponent));
      }
    }
    for (std::ptrdiff_t j = 0; j < stride_; j += kLanes) {
      store<double>(gamma_ + j, -load<double>(most_ + j) - log_of<double>(load<double>(sums_ + j)));
    }
  }

  // phi from gamma in the log domain, the plan with row sums a, and scalings one.
  void absorb() {
    for (int i = 0; i < rows_.size; ++i) {
      const double* cost = cost_ + i * stride_;
      double* plan = plan_ + i * stride_;
      double most = -std::numeric_limits<double>::infinity();
      for (std::ptrdiff_t j = 0; j < stride_; ++j) {
        exponents_[j] = gamma_[j] + columns_.log_masses[j] - cost[j];
        most = std::max(most, exponents_[j]);
      }
      Vector<double> total = {};
      for (std::ptrdiff_t j = 0; j < stride_; j += kLanes) {
        const Vector<double> value = exp_of<double>(load<double>(exponents_ + j) - most);
        total += value;
        store<double>(plan + j, value);
      }
      const double sum = sum_lanes<double>(total), scale = rows_.masses[i] / sum;
      for (std::ptrdiff_t j = 0; j < stride_; ++j) plan[j] *= scale;
      phi_[i] = -most - std::log(sum);
    }
    std::fill(alpha_, alpha_ + rows_.size, 1.0);
    std::fill(beta_, beta_ + stride_, 1.0);
    std::fill(sums_, sums_ + stride_, 0.0);
    for (int i = 0; i < rows_.size; ++i) add_row(i, 1);
  }

  void add_row(int i, double scaling) {
    const double* plan = plan_ + i * stride_;
    for (std::ptrdiff_t j = 0; j < stride_; ++j) sums_[j] += scaling * plan[j];
  }

  PairErrors update_columns() {
    PairErrors errors{0, 0};
    for (int j = 0; j < columns_.size; ++j) {
      const double mass = columns_.masses[j], deviation = beta_[j] * sums_[j] / mass - 1;
      errors.error += mass * deviation * deviation;
      errors.violation += mass * std::abs(deviation);
      beta_[j] = mass / sums_[j];
    }
    std::fill(beta_ + columns_.size, beta_ + stride_, 0.0);
    return errors;
  }

  void update_rows() {
    std::fill(sums_, sums_ + stride_, 0.0);
    for (int i = 0; i < rows_.size; ++i) {
      alpha_[i] = rows_.masses[i] / dot_of(plan_ + i * stride_, beta_, stride_);
      add_row(i, alpha_[i]);
    }
  }

  static bool within_range(const double* scalings, int size) {
    constexpr double kMost = 1e50;
    return std::all_of(scalings, scalings + size, [](double x) { return x <= kMost && x >= 1 / kMost; });
  }

  // Adds the dual value, and writes the potential that is kept.
  void finish(PairOutcome& outcome) {
    for (int i = 0; i < rows_.size; ++i) outcome.value += rows_.masses[i] * (phi_[i] += std::log(alpha_[i]));
    for (int j = 0; j < columns_.size; ++j) outcome.value += columns_.masses[j] * (gamma_[j] += std::log(beta_[j]));
    if (!job_.potential.result) return;
    const double* kept = job_.potential.on_rows ? phi_ : gamma_;
    const int size = job_.potential.on_rows ? rows_.size : columns_.size;
    for (int i = 0; i < size; ++i) job_.potential.result[i] = static_cast<float>(kept[i]);
  }

  const PairJob64& job_;
  const PairSide &rows_, &columns_;
  const std::ptrdiff_t stride_;
  double *cost_, *plan_, *phi_, *alpha_, *gamma_, *beta_, *sums_, *most_, *exponents_;
};

inline PairOutcome pair_solve64(const PairJob64& job) { return PairSolver64(job).solve(); }

// As in host-self.ts.
inline double pair_solve_self(const PairSide& side, const double* scaled, std::ptrdiff_t bins, double* matrix, double* work,
                              float* potential) {
  constexpr int kLanes = Traits<double>::kLanes, kMostIterations = 200;
  constexpr double kError = 1e-14;
  const int n = side.size;
  const std::ptrdiff_t stride = padded_to(n, kPairColumnBlock);
  double *scaling = work, *products = work + stride;
  for (int i = 0; i < n; ++i) {
    double* row = matrix + i * stride;
    for (int j = 0; j < n; ++j) row[j] = -scaled[side.bins[i] * bins + side.bins[j]];
    std::fill(row + n, row + stride, 0.0);
    for (std::ptrdiff_t j = 0; j < stride; j += kLanes) store<double>(row + j, exp_of<double>(load<double>(row + j)));
  }
  for (std::ptrdiff_t i = 0; i < stride; ++i) scaling[i] = std::sqrt(side.masses[i]);
  for (int iteration = 1;; ++iteration) {
    double error = 0, total = 0;
    for (int i = 0; i < n; ++i) {
      products[i] = dot_of(matrix + i * stride, scaling, stride);
      const double marginal = scaling[i] * products[i], deviation = marginal / side.masses[i] - 1;
      total += marginal;
      error += side.masses[i] * deviation * deviation;
    }
    if (error <= kError || iteration == kMostIterations) {
      double value = 1 - total;
      for (int i = 0; i < n; ++i) {
        const double log = std::log(scaling[i] / side.masses[i]);
        value += 2 * side.masses[i] * log;
        potential[i] = static_cast<float>(log);
      }
      return value;
    }
    for (int i = 0; i < n; ++i) scaling[i] = std::sqrt(scaling[i] * side.masses[i] / products[i]);
  }
}

constexpr PairKernels kPairs = {pair_gibbs, pair_gather, pair_solve32, pair_solve64, pair_solve_self};
