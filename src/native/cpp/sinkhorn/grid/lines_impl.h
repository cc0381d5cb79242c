// Symmetric convolutions of parallel lines, one line a lane. Compiled once for each instruction set (isa_*.cc).
//
// Neighbours at the same distance are added before they are multiplied: half the multiplications, no cancellation, and
// additions run on pipes of their own.

// Outputs of a tile: their sums and the two windows of neighbours just fit the register file (32 registers of 64 bytes, 16 of
// the others).
constexpr int kLineTile = OTLEARN_VECTOR_BYTES == 64 ? 7 : 4;

template <int kValue>
struct Constant {
  static constexpr int value = kValue;
};

// When the rest of a sum may be left out: taps[d] * rest <= most(sum, floor) in all lanes, with `rest` the sum of a line
// over what may be lost of a result, relatively, and `floor` what a sum needs no digits below.
template <typename T>
struct Negligible {
  Vector<T> rest, floor;
};

// sum[i] = taps[0] x[i] + sum_d taps[d] (x[i - d] + x[i + d]), d up to `radius` or until the rest is negligible, for the
// outputs of one tile; x[i] is the register at centre + i * kLanes. Up to distance `reach` both windows of neighbours stay in
// registers and move by one from one distance to the next: one new register each. A position p stays in slot p mod kOutputs
// of its window, so that nothing is moved; kStep numbers the distances of one turn. Only then it is tried whether the rest is
// negligible. `reach` becomes the distance for the next time.
template <typename T, int kOutputs, int... kStep>
void correlate_tile(const T* centre, const T* taps, int radius, const Negligible<T>& negligible, int& reach, T* out,
                    std::integer_sequence<int, kStep...>) {
  constexpr int kLanes = Traits<T>::kLanes;
  Vector<T> below[kOutputs], above[kOutputs], sum[kOutputs];
  const Vector<T> middle = broadcast<T>(taps[0]);
  for (int i = 0; i < kOutputs; ++i) {
    below[i] = above[i] = load<T>(centre + i * kLanes);
    sum[i] = middle * below[i];
  }
  const int certain = std::min(reach, radius);
  int d = 0;
  const auto step = [&](auto number) {
    constexpr int kTurn = decltype(number)::value + 1;  // d modulo kOutputs, 1 to kOutputs
    if (++d > certain) return false;
    below[(kOutputs - kTurn) % kOutputs] = load<T>(centre - d * kLanes);
    above[(kOutputs - 1 + kTurn) % kOutputs] = load<T>(centre + (kOutputs - 1 + d) * kLanes);
    const Vector<T> tap = broadcast<T>(taps[d]);
    for (int i = 0; i < kOutputs; ++i) {
      sum[i] += tap * (below[(i - kTurn + kOutputs) % kOutputs] + above[(i + kTurn) % kOutputs]);
    }
    return true;
  };
  while ((step(Constant<kStep>()) && ...)) {
  }

  d = certain;
  for (;; ++d) {
    Vector<T> needed = negligible.floor;
    Vector<T> smallest = sum[0];
    for (int i = 1; i < kOutputs; ++i) smallest = least<T>(smallest, sum[i]);
    needed = most<T>(needed, smallest);
    if (d == radius || all_lanes<T>(taps[d + 1] * negligible.rest <= needed)) {
      // where it would have been negligible a step earlier, less is certain
      reach = d == certain && d > 0 && all_lanes<T>(taps[d] * negligible.rest <= needed) ? d - 1 : d;
      break;
    }
    const Vector<T> tap = broadcast<T>(taps[d + 1]);
    for (int i = 0; i < kOutputs; ++i) {
      sum[i] += tap * (load<T>(centre + (i - d - 1) * kLanes) + load<T>(centre + (i + d + 1) * kLanes));
    }
  }
  for (int i = 0; i < kOutputs; ++i) store<T>(out + i * kLanes, sum[i]);
}

template <typename T, int kOutputs>
inline void correlate_some(int outputs, const T* centre, const T* taps, int radius, const Negligible<T>& negligible,
                           int& reach, T* out) {
  if (outputs == kOutputs) {
    correlate_tile<T, kOutputs>(centre, taps, radius, negligible, reach, out, std::make_integer_sequence<int, kOutputs>());
  } else if constexpr (kOutputs > 1) {
    correlate_some<T, kOutputs - 1>(outputs, centre, taps, radius, negligible, reach, out);
  }
}

constexpr int line_tiles(int length) { return (length + kLineTile - 1) / kLineTile; }

// Lines of `length` positions, `kLanes` of them side by side, with `radius` positions of zeros before and behind; `in` is
// position 0. Only `out` without margins is written. `reach` has a number a tile: see above.
template <typename T>
void correlate_lines(const T* in, int length, const T* taps, int radius, const Negligible<T>& negligible, int* reach,
                     T* out) {
  constexpr int kLanes = Traits<T>::kLanes;
  int tiles = line_tiles(length);
  for (int p = 0; p < length; --tiles, ++reach) {
    const int outputs = (length - p + tiles - 1) / tiles;
    const int inside = std::min(radius, std::max(p + outputs - 1, length - 1 - p));
    correlate_some<T, kLineTile>(outputs, in + p * kLanes, taps, inside, negligible, *reach, out + p * kLanes);
    p += outputs;
  }
}

// The numbers that `correlate_lines` remembers for the lines of a grid, before and after an update.
class Reaches {
 public:
  void add_axis(std::size_t strips, int length, int first) {
    Axis axis;
    axis.tiles = line_tiles(length);
    axis.first = first;
    for (auto& tiles : axis.of) tiles.resize(strips * axis.tiles);
    axes_.push_back(std::move(axis));
  }
  void forget() {
    for (Axis& axis : axes_) {
      for (auto& tiles : axis.of) std::fill(tiles.begin(), tiles.end(), axis.first);
    }
  }
  int* of(int k, std::size_t strip, bool scaled) { return axes_[k].of[scaled].data() + strip * axes_[k].tiles; }

 private:
  struct Axis {
    std::size_t tiles;
    int first;
    std::vector<int> of[2];
  };
  std::vector<Axis> axes_;
};

// Images of one to three axes, row-major with padding: the last axis is `pitch` numbers long and there are `rows` lines
// along it, both multiples of kLanes. A strip is kLanes parallel lines of an axis; a strip image holds those of one axis
// one behind the other, [strips][length][kLanes].
template <typename T>
class StripGrid {
 public:
  static constexpr int kLanes = Traits<T>::kLanes;

  struct Strip {
    std::size_t base;  // of its first number in an image
    int lanes;         // those that are not padding
  };
  struct Axis {
    int length;
    std::size_t stride;  // between positions of a line; on the last axis between lines
    bool last;
    std::vector<Strip> strips;
    std::size_t numbers() const { return strips.size() * length * kLanes; }
  };

  explicit StripGrid(const std::vector<int>& size) : width_(size.back()), pitch_(round_up(size.back())) {
    std::size_t lines = 1;
    for (std::size_t k = 0; k + 1 < size.size(); ++k) lines *= size[k];
    lines_ = lines;
    rows_ = round_up(lines);
    std::size_t outer = 1, inner = lines;
    for (std::size_t k = 0; k + 1 < size.size(); ++k, outer *= size[k - 1]) {
      inner /= size[k];
      Axis axis{size[k], inner * pitch_, false, {}};
      for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t c = 0; c < axis.stride; c += kLanes) axis.strips.push_back({o * size[k] * axis.stride + c, lanes(width_, c % pitch_)});
      }
      axes_.push_back(std::move(axis));
    }
    Axis axis{width_, pitch_, true, {}};
    for (std::size_t line = 0; line < rows_; line += kLanes) axis.strips.push_back({line * pitch_, lanes(lines, line)});
    axes_.push_back(std::move(axis));
  }

  const std::vector<Axis>& axes() const { return axes_; }
  std::size_t numbers() const { return rows_ * pitch_; }
  std::size_t points() const { return lines_ * width_; }

  // Between plain row-major numbers of one histogram and an image; padding is left as it is.
  template <typename Source>
  void to_image(const Source* plain, int, T* image) const {
    for (std::size_t line = 0; line < lines_; ++line) {
      for (int i = 0; i < width_; ++i) image[line * pitch_ + i] = static_cast<T>(plain[line * width_ + i]);
    }
  }
  template <typename Target>
  void from_image(const T* image, int, Target* plain) const {
    for (std::size_t line = 0; line < lines_; ++line) {
      for (int i = 0; i < width_; ++i) plain[line * width_ + i] = static_cast<Target>(image[line * pitch_ + i]);
    }
  }

  // Between an image and a strip.
  static void load_strip(const T* image, const Axis& axis, const Strip& strip, T* lines) {
    const T* from = image + strip.base;
    if (!axis.last) {
      for (int p = 0; p < axis.length; ++p) store<T>(lines + p * kLanes, load<T>(from + p * axis.stride));
      return;
    }
    Vector<T> square[kLanes];
    for (int p = 0; p < axis.length; p += kLanes) {
      for (int i = 0; i < kLanes; ++i) square[i] = load<T>(from + i * axis.stride + p);
      transpose<T>(square);
      const int count = std::min<int>(kLanes, axis.length - p);
      for (int i = 0; i < count; ++i) store<T>(lines + (p + i) * kLanes, square[i]);
    }
  }
  static void store_strip(const T* lines, const Axis& axis, const Strip& strip, T* image) {
    T* to = image + strip.base;
    if (!axis.last) {
      for (int p = 0; p < axis.length; ++p) store<T>(to + p * axis.stride, load<T>(lines + p * kLanes));
      return;
    }
    Vector<T> square[kLanes];
    for (int p = 0; p < axis.length; p += kLanes) {
      for (int i = 0; i < kLanes; ++i) square[i] = p + i < axis.length ? load<T>(lines + (p + i) * kLanes) : Vector<T>{};
      transpose<T>(square);
      for (int i = 0; i < kLanes; ++i) store<T>(to + i * axis.stride + p, square[i]);
    }
  }

  static std::size_t round_up(std::size_t size) { return (size + kLanes - 1) / kLanes * kLanes; }

 private:
  static int lanes(std::size_t count, std::size_t first) {
    return static_cast<int>(std::min<std::size_t>(kLanes, count > first ? count - first : 0));
  }

  int width_;
  std::size_t pitch_, lines_ = 1, rows_ = 1;
  std::vector<Axis> axes_;
};
