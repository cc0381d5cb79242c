// K x on a grid, K = K_v (x) K_h with exp(-d^2 / epsilon) in each factor, compiled once for each instruction set.
//
// Registers lie along the axis that is not summed over, so that all loads are aligned and neighbours in the sum are
// neighbouring registers: an image is stored as strips one register wide, rows of a strip one after the other. A product
// takes an image in strips of columns, sums down the rows of a strip, transposes tiles of L x L numbers in registers, sums
// along the other axis, and hands over an image in strips of rows; the next product goes the other way. `Upright` images
// (strips of columns) and `Lying` ones (strips of rows) alternate, and nothing is ever transposed in memory.
//
// The input is asked for register by register and the result is given away register by register: what lies between two
// products happens on the fly.

template <typename T>
struct Band;
template <>
struct Band<float> {
  static constexpr double kTolerance = 0x1p-24;  // what a shortened kernel may leave out of an entry of K x, relative to it
  static constexpr double kLargest = 1e32;       // inputs and results stay between this and its reciprocal, so that sums
                                                 // over all pixels do not overflow and what underflows is rounding
};
template <>
struct Band<double> {
  static constexpr double kTolerance = 0x1p-52;
  static constexpr double kLargest = 1e290;
};

// Where the numbers of an image lie: `strips` strips of `rows` registers. Lanes past `columns` are padding.
struct StripLayout {
  int rows, columns, lanes;
  int strips() const { return (columns + lanes - 1) / lanes; }
  std::size_t size() const { return static_cast<std::size_t>(strips()) * rows * lanes; }
  std::size_t at(int row, int column) const {
    return (static_cast<std::size_t>(column / lanes) * rows + row) * lanes + column % lanes;
  }
};

// out[i] = sum_t taps[|t|] in[i + t], |t| <= kRadius, for the L registers of a tile. Symmetric taps are folded: additions
// have pipes of their own. Four results share their loads.
template <typename T, int kRadius>
void correlate_tile(const T* in, const T* taps, int, T* out) {
  constexpr int kLanes = Traits<T>::kLanes, kGroup = kLanes < 4 ? kLanes : 4;
  using V = Vector<T>;
  for (int first = 0; first < kLanes; first += kGroup) {
    V x[kGroup + 2 * kRadius];
#pragma GCC unroll 32
    for (int j = 0; j < kGroup + 2 * kRadius; ++j) x[j] = load<T>(in + (first + j - kRadius) * kLanes);
#pragma GCC unroll 4
    for (int i = 0; i < kGroup; ++i) {
      V sum = taps[0] * x[i + kRadius];
#pragma GCC unroll 16
      for (int t = 1; t <= kRadius; ++t) sum += taps[t] * (x[i + kRadius - t] + x[i + kRadius + t]);
      store<T>(out + (first + i) * kLanes, sum);
    }
  }
}

// The same for a radius that is a multiple of four.
template <typename T>
void correlate_long_tile(const T* in, const T* taps, int radius, T* out) {
  constexpr int kLanes = Traits<T>::kLanes, kGroup = kLanes < 4 ? kLanes : 4, kStep = 4;
  using V = Vector<T>;
  for (int first = 0; first < kLanes; first += kGroup) {
    const T* centre = in + first * kLanes;
    V sum[kGroup];
#pragma GCC unroll 4
    for (int i = 0; i < kGroup; ++i) sum[i] = taps[0] * load<T>(centre + i * kLanes);
    for (int t = 1; t <= radius; t += kStep) {
      V below[kGroup + kStep - 1], above[kGroup + kStep - 1];
#pragma GCC unroll 8
      for (int j = 0; j < kGroup + kStep - 1; ++j) {
        below[j] = load<T>(centre + (j - t - kStep + 1) * kLanes);
        above[j] = load<T>(centre + (j + t) * kLanes);
      }
#pragma GCC unroll 4
      for (int k = 0; k < kStep; ++k) {
#pragma GCC unroll 4
        for (int i = 0; i < kGroup; ++i) sum[i] += taps[t + k] * (below[i + kStep - 1 - k] + above[i + k]);
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < kGroup; ++i) store<T>(out + (first + i) * kLanes, sum[i]);
  }
}

template <typename T>
using CorrelateTile = void (*)(const T* in, const T* taps, int radius, T* out);

template <typename T, int... kRadii>
CorrelateTile<T> correlate_of(int radius, std::integer_sequence<int, kRadii...>) {
  static constexpr CorrelateTile<T> kShort[] = {correlate_tile<T, kRadii>...};
  return radius < static_cast<int>(sizeof...(kRadii)) ? kShort[radius] : correlate_long_tile<T>;
}

// Rounds a radius up to one that there is code for.
constexpr int kLongRadius = 9;
inline int coded_radius(int radius) { return radius < kLongRadius ? radius : (radius + 3) / 4 * 4; }

// One axis: its taps, and what is left out from a radius on.
template <typename T>
struct Axis {
  Axis(const double* values, int reach, int known) : reach(reach), taps(coded_radius(reach) + 1, T(0)), outside(known + 2, 0.0) {
    for (int d = 0; d <= reach; ++d) taps[d] = static_cast<T>(values[d]);
    for (int d = known; d >= 0; --d) outside[d] = outside[d + 1] + (d > 0 ? 2 : 1) * values[d];
  }
  double all() const { return outside[0]; }
  double beyond(int radius) const { return outside[std::min<std::size_t>(radius + 1, outside.size() - 1)]; }
  double next(int radius) const { return radius < reach ? static_cast<double>(taps[radius + 1]) : 0; }

  int reach;  // entries beyond it are not used
  std::vector<T> taps;
  std::vector<double> outside;  // sum of all entries at a distance of at least d, both sides
};

// Buffers of one worker.
template <typename T>
struct GridScratch {
  AlignedArray<T> strip, upright, lying, tile;
};

// Largest input and smallest result of a product.
template <typename T>
struct Extremes {
  T largest, smallest;
};

template <typename T>
class GridKernel {
  static constexpr int kLanes = Traits<T>::kLanes;
  using V = Vector<T>;

 public:
  explicit GridKernel(const BarycenterProblem& p)
      : upright_{p.height, p.width, kLanes},
        lying_{p.width, p.height, kLanes},
        down_(p.taps_vertical, p.radius_vertical, p.known_vertical),
        across_(p.taps_horizontal, p.radius_horizontal, p.known_horizontal),
        reach_(coded_radius(std::max(p.radius_vertical, p.radius_horizontal))) {
    make_levels();
  }

  const StripLayout& upright() const { return upright_; }
  const StripLayout& lying() const { return lying_; }
  std::size_t size() const { return std::max(upright_.size(), lying_.size()); }
  int levels() const { return static_cast<int>(left_out_.size()); }

  GridScratch<T> make_scratch() const {
    const auto rows = [&](const StripLayout& layout) {
      return static_cast<std::size_t>((layout.rows + kLanes - 1) / kLanes * kLanes + 2 * reach_) * kLanes;
    };
    GridScratch<T> scratch;
    scratch.strip = AlignedArray<T>(std::max(rows(upright_), rows(lying_)));
    scratch.upright = AlignedArray<T>(rows(upright_) * upright_.strips());
    scratch.lying = AlignedArray<T>(rows(lying_) * lying_.strips());
    scratch.tile = AlignedArray<T>(kLanes * kLanes);
    return scratch;
  }

  // The shortest kernel that is exact for a product with these extremes. `levels()` if no kernel is, or if the one that made
  // the product was too short to tell; kNever where the input is out of range.
  //
  // Level l keeps the entries within its radii: K_l <= K entrywise, so for x >= 0 what it leaves out of an entry of K x is
  // between 0 and max(x) * left_out[l], with left_out[l] the mass of a row of K - K_l. As min(K_l x) <= min(K x),
  //   max(x) * left_out[l] <= tolerance * min(K_l x)   proves   (1 - tolerance) K x <= K_l x <= K x   in every entry.
  // Extremes of a product by any level serve: min(K_l x) grows with l. For the same reason the adjoint may use the level
  // of the forward product: the derivative of log(K x) with respect to log(x) has rows K_ij x_j / (K x)_i of sum one, and
  // with K_l in the place of K it changes in no row by more than 2 tolerance, summed over its absolute values.
  int level_for(const Extremes<T>& e) const {
    const double largest = e.largest, smallest = e.smallest;
    if (!(largest > 0 && largest < Band<T>::kLargest)) return kNever;
    int level = levels();
    if (!(smallest > 1 / Band<T>::kLargest)) return level;
    while (level > 0 && largest * left_out_[level - 1] <= Band<T>::kTolerance * smallest) --level;
    return level;
  }

  // Makes a product, `Extremes product(level)`, with a kernel that is exact for it: with `level` or, where that turns out
  // too short, again with a longer one. Returns the level used and the one that would have done; false if none is exact.
  template <typename Product>
  bool make(int& level, int& needed, Product product) const {
    for (;;) {
      needed = level_for(product(level));
      if (needed <= level) return true;
      if (needed == kNever || level + 1 == levels()) return false;
      level = std::min(needed, levels() - 1);
    }
  }

  // Upright x to lying K x, and the other way. `produce(i)` gives the register of x at i; `end_strip()` follows each strip
  // of it; `consume(i, values)` takes the register of K x at i, padding lanes set to `outside`.
  template <bool kMeasure, typename Produce, typename EndStrip, typename Consume>
  Extremes<T> to_lying(int level, T outside, GridScratch<T>& scratch, Produce produce, EndStrip end_strip, Consume consume) const {
    return apply<kMeasure>({upright_, lying_, down_.taps.data(), across_.taps.data(), radii_[level].down, radii_[level].across},
                           scratch.strip.data(), scratch.lying.data(), scratch.tile.data(), outside, produce, end_strip, consume);
  }
  template <bool kMeasure, typename Produce, typename EndStrip, typename Consume>
  Extremes<T> to_upright(int level, T outside, GridScratch<T>& scratch, Produce produce, EndStrip end_strip, Consume consume) const {
    return apply<kMeasure>({lying_, upright_, across_.taps.data(), down_.taps.data(), radii_[level].across, radii_[level].down},
                           scratch.strip.data(), scratch.upright.data(), scratch.tile.data(), outside, produce, end_strip, consume);
  }

 private:
  static constexpr int kNever = std::numeric_limits<int>::max();

  struct Radii {
    int down, across;
  };
  struct Way {
    StripLayout in, out;
    const T *first_taps, *second_taps;
    int first, second;
  };

  // From the centre alone to the whole band; each level takes in the largest entry that the one before leaves out.
  void make_levels() {
    Radii r{0, 0};
    for (;;) {
      radii_.push_back(r);
      left_out_.push_back(down_.beyond(r.down) * across_.all() + down_.all() * across_.beyond(r.across));
      const double down = down_.next(r.down), across = across_.next(r.across), largest = std::max(down, across);
      if (largest == 0) break;
      if (down == largest) r.down = coded_radius(r.down + 1);
      if (across == largest) r.across = coded_radius(r.across + 1);
    }
  }

  // The lanes of a strip that are no padding.
  static V inside_of(const StripLayout& layout) {
    V inside;
    for (int lane = 0; lane < kLanes; ++lane) inside[lane] = lane < layout.columns - (layout.strips() - 1) * kLanes ? T(1) : T(0);
    return inside;
  }

  template <bool kMeasure, typename Produce, typename EndStrip, typename Consume>
  Extremes<T> apply(const Way& way, T* strip, T* middle, T* tile, T outside, Produce produce, EndStrip end_strip, Consume consume) const {
    const StripLayout &in = way.in, &out = way.out;
    const auto shorts = std::make_integer_sequence<int, kLongRadius>();
    const CorrelateTile<T> first = correlate_of<T>(way.first, shorts), second = correlate_of<T>(way.second, shorts);
    const std::size_t margin = static_cast<std::size_t>(reach_) * kLanes;
    const int in_tiles = (in.rows + kLanes - 1) / kLanes, out_tiles = (out.rows + kLanes - 1) / kLanes;
    const std::size_t middle_strip = static_cast<std::size_t>(out_tiles) * kLanes * kLanes + 2 * margin;
    strip += margin;
    middle += margin;
    std::fill(strip + static_cast<std::size_t>(in.rows) * kLanes, strip + static_cast<std::size_t>(in_tiles) * kLanes * kLanes + margin, T(0));

    V largest = {}, smallest = broadcast<T>(std::numeric_limits<T>::max());
    const V in_inside = inside_of(in), out_inside = inside_of(out);
    const auto fill_strip = [&](int x, auto is_partial) {
      std::size_t i = static_cast<std::size_t>(x) * in.rows * kLanes;
      for (T *to = strip, *end = strip + static_cast<std::size_t>(in.rows) * kLanes; to < end; to += kLanes, i += kLanes) {
        V value = produce(i);
        if (is_partial) value = in_inside > T(0) ? value : V{};
        if (kMeasure) largest = most<T>(largest, value);
        store<T>(to, value);
      }
      end_strip();
    };
    const auto emit = [&](int row, int x, auto is_partial) {
      second(middle + x * middle_strip + static_cast<std::size_t>(row) * kLanes, way.second_taps, way.second, tile);
      std::size_t i = (static_cast<std::size_t>(x) * out.rows + row) * kLanes;
      const T* end = tile + std::min(kLanes, out.rows - row) * kLanes;
      for (const T* from = tile; from < end; from += kLanes, i += kLanes) {
        V value = load<T>(from);
        if (kMeasure) {
          const V limit = broadcast<T>(std::numeric_limits<T>::max());
          smallest = least<T>(smallest, is_partial ? V(out_inside > T(0) ? value : limit) : value);
        }
        if (is_partial) value = out_inside > T(0) ? value : broadcast<T>(outside);
        consume(i, value);
      }
    };

    int row = 0;
    for (int x = 0; x < in.strips(); ++x) {
      const bool last = x + 1 == in.strips();
      const int columns = std::min(kLanes, in.columns - x * kLanes);
      if (columns < kLanes) fill_strip(x, std::true_type());
      else fill_strip(x, std::false_type());
      for (int y = 0; y < in_tiles; ++y) {
        first(strip + static_cast<std::size_t>(y) * kLanes * kLanes, way.first_taps, way.first, tile);
        transpose_tile<T>(tile, middle + y * middle_strip + static_cast<std::size_t>(x) * kLanes * kLanes, columns);
      }
      const int complete = last ? out_tiles * kLanes : (x + 1) * kLanes - way.second;  // rows whose sums are all there
      for (; row + kLanes <= complete; row += kLanes) {
        for (int tx = 0; tx + 1 < out.strips(); ++tx) emit(row, tx, std::false_type());
        if (out.columns % kLanes == 0) emit(row, out.strips() - 1, std::false_type());
        else emit(row, out.strips() - 1, std::true_type());
      }
    }
    return {largest_lane<T>(largest), -largest_lane<T>(-smallest)};
  }

  StripLayout upright_, lying_;
  Axis<T> down_, across_;
  int reach_;
  std::vector<Radii> radii_;
  std::vector<double> left_out_;
};
