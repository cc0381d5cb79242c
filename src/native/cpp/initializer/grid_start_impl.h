// The kernels of grid_start_kernels.h.
#if defined(OTLEARN_INITIALIZER_GRID_START_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_INITIALIZER_GRID_START_IMPL_H
#undef OTLEARN_INITIALIZER_GRID_START_IMPL_H
#else
#define OTLEARN_INITIALIZER_GRID_START_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "initializer/grid_start_kernels.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"
#include "vector/tile_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// As in features.ts.
constexpr float kStartFloor = 1e-6f, kStartSmallest = 1e-30f, kStartLargest = 9007199254740991.0f, kStartMostChange = 20,
                kStartMostShift = 2, kStartMostFeature = 30;
constexpr double kStartLeastDistance = 1e-8;
constexpr float kStartMeanGain = 2, kStartMeanChangeGain = 3, kStartCovarianceGain = 5, kStartDistanceGain = 0.3f,
                kStartResidualGain = 10, kStartShiftGain = 3;

// A row of kStartWidth numbers in registers.
struct WideRow {
  static constexpr int kLanes = Traits<float>::kLanes, kParts = kStartWidth / kLanes;
  Vector<float> part[kParts];

  static WideRow zero() {
    WideRow row;
    for (auto& part : row.part) part = Vector<float>{};
    return row;
  }
  static WideRow at(const float* from) {
    WideRow row;
    for (int k = 0; k < kParts; ++k) row.part[k] = load<float>(from + k * kLanes);
    return row;
  }
  void put(float* to) const {
    for (int k = 0; k < kParts; ++k) store<float>(to + k * kLanes, part[k]);
  }
  void add(float factor, const WideRow& other) {
    const Vector<float> wide = broadcast<float>(factor);
    for (int k = 0; k < kParts; ++k) part[k] += wide * other.part[k];
  }
};

// A field on the cells: rows of kStartWidth numbers.
struct alignas(64) CellField {
  float values[kMostStartCells * kStartWidth];

  float* row(int p) { return values + p * kStartWidth; }
  const float* row(int p) const { return values + p * kStartWidth; }
};

// Calls body(registers of f at k, ...) along all rows of a field; `f` and the result may be the same.
template <typename Body>
inline void each_register(int cells, Body body) {
  for (int at = 0; at < cells * kStartWidth; at += Traits<float>::kLanes) body(at);
}

// out[i] = sum_k x[i * stride + k] b[k] for kRows rows i.
template <int kRows>
inline void multiply_rows(const float* x, std::ptrdiff_t stride, int depth, const float* b, float* out) {
  WideRow sum[kRows];
  for (auto& row : sum) row = WideRow::zero();
  for (int k = 0; k < depth; ++k) {
    const WideRow row = WideRow::at(b + k * kStartWidth);
    for (int i = 0; i < kRows; ++i) sum[i].add(x[i * stride + k], row);
  }
  for (int i = 0; i < kRows; ++i) sum[i].put(out + i * kStartWidth);
}

// The same for any number of rows. So many at a time that the sums stay in registers.
constexpr int kStartRows = OTLEARN_REGISTERS == 32 && OTLEARN_VECTOR_BYTES == 64 ? 12 : 4;

inline void multiply(const float* x, std::ptrdiff_t stride, int rows, int depth, const float* b, float* out) {
  int i = 0;
  for (; i + kStartRows <= rows; i += kStartRows) {
    multiply_rows<kStartRows>(x + i * stride, stride, depth, b, out + i * kStartWidth);
  }
  if constexpr (kStartRows > 4) {
    for (; i + 4 <= rows; i += 4) multiply_rows<4>(x + i * stride, stride, depth, b, out + i * kStartWidth);
  }
  for (; i < rows; ++i) multiply_rows<1>(x + i * stride, stride, depth, b, out + i * kStartWidth);
}

// out = left^T x right for fields; `left_across` [rows of out, cells] is left's transpose.
inline void map_field(const CellField& x, const float* left_across, int rows, const float* right, int cells, float* out) {
  CellField half;
  multiply(x.values, kStartWidth, cells, cells, right, half.values);
  multiply(left_across, kStartWidth, rows, cells, half.values, out);
}

// Sum over the cells; what is behind a row's cells must be zero.
inline double sum_field(const CellField& x, int cells) {
  Vector<float> sum = {};
  each_register(cells, [&](int at) { sum += load<float>(x.values + at); });
  return sum_lanes<float>(sum);
}

// One where a row has cells, zero behind them.
struct CellMask {
  CellField field;

  explicit CellMask(int cells) : field{} {
    for (int p = 0; p < cells; ++p) std::fill_n(field.row(p), cells, 1.0f);
  }
};

struct Marginal {
  CellField masses;  // of sum one, kStartFloor mixed in
  double total, mean[2], yy, yx, xx;
};

// Masses of the cells, and moments about the mean.
inline void read_marginal(const GridStartPlan& plan, const float* image, Marginal& out) {
  constexpr int kRowsAtOnce = 4, kLanes = Traits<float>::kLanes;
  const int cells = plan.spec.cells, h = plan.problem.size[0], w = plan.problem.size[1];
  out.masses = {};
  double mass = 0, first_y = 0, first_x = 0;
  alignas(64) float rows[kRowsAtOnce * kStartWidth];
  double row_mass[kMostStartSide], row_first[kMostStartSide];
  alignas(64) float columns[kMostStartSide] = {};
  for (int i = 0; i < h; i += kRowsAtOnce) {
    const int count = std::min(kRowsAtOnce, h - i);
    if (count == kRowsAtOnce) multiply_rows<kRowsAtOnce>(image + i * w, w, w, plan.pool_columns.data(), rows);
    else multiply(image + i * w, w, count, w, plan.pool_columns.data(), rows);
    for (int r = 0; r < count; ++r) {
      const float* const row = rows + r * kStartWidth;
      const WideRow pooled = WideRow::at(row);
      for (int k = 0; k < plan.cell_count[i + r]; ++k) {
        float* const cell = out.masses.row(plan.first_cell[i + r] + k);
        WideRow sum = WideRow::at(cell);
        sum.add(plan.pool_rows.data()[(i + r) * kStartWidth + k], pooled);
        sum.put(cell);
      }
      row_first[i + r] = row[cells];
      row_mass[i + r] = row[cells + 1];
      mass += row_mass[i + r];
      first_x += row_first[i + r];
      first_y += row_mass[i + r] * plan.coordinates[0].data()[i + r];
      const float* const pixels = image + (i + r) * w;
      int j = 0;
      for (; j + kLanes <= w; j += kLanes) store<float>(columns + j, load<float>(columns + j) + load<float>(pixels + j));
      for (; j < w; ++j) columns[j] += pixels[j];
    }
  }
  const double inverse = 1 / mass;
  out.total = mass;
  out.mean[0] = first_y * inverse;
  out.mean[1] = first_x * inverse;
  double yy = 0, yx = 0, xx = 0;
  for (int i = 0; i < h; ++i) {
    const double off = plan.coordinates[0].data()[i] - out.mean[0];
    yy += off * off * row_mass[i];
    yx += off * (row_first[i] - row_mass[i] * out.mean[1]);
  }
  for (int j = 0; j < w; ++j) {
    const double off = plan.coordinates[1].data()[j] - out.mean[1];
    xx += off * off * columns[j];
  }
  out.yy = yy * inverse + plan.pixel[0];
  out.yx = yx * inverse;
  out.xx = xx * inverse + plan.pixel[1];
  const float scale = static_cast<float>((1 - kStartFloor) * inverse), floor = kStartFloor / static_cast<float>(cells * cells);
  for (int p = 0; p < cells; ++p) {
    float* const row = out.masses.row(p);
    for (int q = 0; q < kStartWidth; ++q) row[q] = q < cells ? row[q] * scale + floor : 0.0f;
  }
}

// S with S b S = a: yy, yx, xx.
inline void linear_map(const GridStartPlan& plan, const Marginal& a, const Marginal& b, double (&map)[3]) {
  const double least = static_cast<double>(plan.pixel[0]) * plan.pixel[1];
  const auto root = [&](const Marginal& m) { return std::sqrt(std::max(m.yy * m.xx - m.yx * m.yx, least)); };
  const double root_a = root(a), root_b = root(b), ratio = root_a / root_b;
  const double scale = std::sqrt(a.yy * b.yy + a.xx * b.xx + 2 * a.yx * b.yx + 2 * root_a * root_b);
  map[0] = (a.yy + ratio * b.xx) / scale;
  map[1] = (a.yx - ratio * b.yx) / scale;
  map[2] = (a.xx + ratio * b.yy) / scale;
}

// Of the Gaussian potential in y, x, yy, yx, xx.
inline void gaussian_polynomial(const Marginal& a, const Marginal& b, const double (&map)[3], float* polynomial) {
  polynomial[0] = static_cast<float>(2 * (map[0] * b.mean[0] + map[1] * b.mean[1] - a.mean[0]));
  polynomial[1] = static_cast<float>(2 * (map[1] * b.mean[0] + map[2] * b.mean[1] - a.mean[1]));
  polynomial[2] = static_cast<float>(1 - map[0]);
  polynomial[3] = static_cast<float>(-2 * map[1]);
  polynomial[4] = static_cast<float>(1 - map[2]);
}

// The iterations on the cells.
class CellRun {
 public:
  CellRun(const GridStartPlan& plan, const CellField& mu, const CellField& nu)
      : plan_(plan), cells_(plan.spec.cells), mask_(plan.spec.cells), mu_(mu), nu_(nu) {}

  // From a polynomial to `shift`, `second_change` and `first_change` of features.ts.
  void run(const float* polynomial, CellField& shift, CellField& second_change, CellField& first_change) {
    using V = Vector<float>;
    CellField start, v, before, u, next;
    float highest = -std::numeric_limits<float>::infinity();
    for (int p = 0; p < cells_; ++p) {
      WideRow row = WideRow::zero();
      for (int k = 0; k < kStartMonomials; ++k) {
        row.add(polynomial[k], WideRow::at(plan_.monomials.data() + (k * cells_ + p) * kStartWidth));
      }
      row.put(start.row(p));
      highest = std::max(highest, *std::max_element(start.row(p), start.row(p) + cells_));
    }
    each_register(cells_, [&](int at) { put(v, at, exp_of_any<float>(get(start, at) - highest) * get(mask_.field, at)); });
    for (int iteration = 0; iteration < plan_.spec.iterations; ++iteration) {
      before = v;
      invert(nu_, v, u);
      invert(mu_, u, next);
      const float inverse = 1 / largest(next);
      each_register(cells_, [&](int at) {
        put(v, at, most<float>(get(next, at) * inverse, broadcast(kStartSmallest)) * get(mask_.field, at));
      });
    }
    invert(nu_, v, next);

    // the logarithms of what is behind the cells are not looked at
    const auto log_at = [&](const CellField& x, int at) {
      return log_of<float>(most<float>(get(x, at), broadcast(kStartSmallest)));
    };
    const auto own = static_cast<float>(plan_.own_epsilon);
    each_register(cells_, [&](int at) {
      const V after = log_at(v, at), mask = get(mask_.field, at);
      put(shift, at, (after - get(start, at)) * own * mask);
      put(second_change, at, (after - log_at(before, at)) * mask);
      put(first_change, at, (log_at(next, at) - log_at(u, at)) * mask);
    });
    centre(shift, nullptr, kStartMostShift);
    centre(second_change, &nu_, kStartMostChange);
    centre(first_change, &mu_, kStartMostChange);
  }

 private:
  static Vector<float> get(const CellField& x, int at) { return load<float>(x.values + at); }
  static void put(CellField& x, int at, const Vector<float>& value) { store<float>(x.values + at, value); }
  static Vector<float> broadcast(float value) { return OTLEARN_SET::broadcast<float>(value); }

  // 1 / K(masses scaling)
  void invert(const CellField& masses, const CellField& scaling, CellField& out) const {
    CellField product;
    each_register(cells_, [&](int at) { put(product, at, get(masses, at) * get(scaling, at)); });
    map_field(product, plan_.kernel[0].data(), cells_, plan_.kernel[1].data(), cells_, out.values);
    each_register(cells_, [&](int at) {
      put(out, at, broadcast(1) / between<float>(kStartSmallest, kStartLargest, get(out, at)) * get(mask_.field, at));
    });
  }
  float largest(const CellField& x) const {
    Vector<float> most_of = {};
    each_register(cells_, [&](int at) { most_of = most<float>(most_of, get(x, at)); });
    return largest_lane<float>(most_of);
  }
  // Mean zero under the masses, or over all cells; bounded.
  void centre(CellField& x, const CellField* masses, float bound) const {
    Vector<float> sum = {};
    each_register(cells_, [&](int at) { sum += masses ? get(x, at) * get(*masses, at) : get(x, at); });
    const auto mean = static_cast<float>(sum_lanes<float>(sum) / (masses ? 1 : cells_ * cells_));
    each_register(cells_, [&](int at) { put(x, at, between<float>(-bound, bound, get(x, at) - mean) * get(mask_.field, at)); });
  }

  const GridStartPlan& plan_;
  const int cells_;
  const CellMask mask_;
  const CellField &mu_, &nu_;
};

// Writes features one after the other, bounded.
class FeatureWriter {
 public:
  FeatureWriter(float* to, int stride) : to_(to), stride_(stride) {}
  void put(double value) {
    *to_ = std::min(std::max(static_cast<float>(value), -kStartMostFeature), kStartMostFeature);
    to_ += stride_;
  }
  // The modes of a spectrum, [modes] rows.
  void put_spectrum(const float* spectrum, int modes, float factor) {
    for (int p = 0; p < modes; ++p) {
      for (int q = 0; q < modes; ++q) put(spectrum[p * kStartWidth + q] * factor);
    }
  }

 private:
  float* to_;
  int stride_;
};

inline void analyse_pair(const GridStartPlan& plan, const float* mu, const float* nu, float* features, int stride,
                         GridStartOrigin& origin) {
  const int cells = plan.spec.cells, modes = plan.spec.modes;
  Marginal a, b;
  read_marginal(plan, mu, a);
  read_marginal(plan, nu, b);
  origin.total_nu = b.total;
  double map[3];
  linear_map(plan, a, b, map);
  gaussian_polynomial(a, b, map, origin.polynomial);
  CellField shift, second_change, first_change;
  CellRun(plan, a.masses, b.masses).run(origin.polynomial, shift, second_change, first_change);

  const auto spectrum = [&](const CellField& field, int count, CellField& out) {
    map_field(field, plan.cosines_across.data(), count, plan.cosines.data(), cells, out.values);
  };
  CellField first, second;
  spectrum(a.masses, modes, first);
  spectrum(b.masses, modes, second);
  double squares = kStartLeastDistance;
  for (int p = 0; p < modes; ++p) {
    for (int q = 0; q < modes; ++q) {
      float &one = first.row(p)[q], &other = second.row(p)[q];
      const float difference = one - other;
      one = 0.5f * (one + other);
      other = difference;
      squares += static_cast<double>(difference) * difference;
    }
  }
  const double distance = std::sqrt(squares);
  origin.distance = static_cast<float>(distance);
  const auto near = static_cast<float>(1 / distance);
  const float mean = 1.0f / static_cast<float>(cells * cells);
  const float residual = static_cast<float>(plan.own_epsilon) * kStartResidualGain * mean * near;
  FeatureWriter writer(features, stride);
  writer.put_spectrum(first.values, modes, 1);
  writer.put_spectrum(second.values, modes, near);
  spectrum(second_change, modes, first);
  writer.put_spectrum(first.values, modes, residual);
  spectrum(first_change, modes, first);
  writer.put_spectrum(first.values, modes, residual);
  CellField series;
  spectrum(shift, cells, series);
  writer.put_spectrum(series.values, modes, kStartShiftGain * mean * near);
  for (int at = 0; at < cells * kStartWidth; ++at) origin.series[at] = series.values[at] * mean;

  const double beyond_identity[3] = {map[0] - 1, map[1], map[2] - 1};
  for (const Marginal* m : {&a, &b}) {
    for (const double coordinate : m->mean) writer.put(kStartMeanGain * coordinate);
  }
  for (const Marginal* m : {&a, &b}) {
    for (const double entry : {m->yy, m->yx, m->xx}) writer.put(kStartCovarianceGain * entry);
  }
  for (const double entry : beyond_identity) writer.put(entry);
  for (int axis = 0; axis < 2; ++axis) writer.put(kStartMeanChangeGain * (a.mean[axis] - b.mean[axis]) / distance);
  for (const double entry : beyond_identity) writer.put(entry / distance);
  writer.put(kStartDistanceGain * std::log(distance));
}

// g from rows of T = row basis x coefficients, and the column basis.
template <int kRows>
inline void put_rows(const GridStartPlan& plan, const float* half, const float* nu, float inverse_total, float* g) {
  using V = Vector<float>;
  constexpr int kLanes = Traits<float>::kLanes;
  const int depth = plan.spec.cells + 2, w = plan.problem.size[1];
  const auto unit = static_cast<float>(plan.problem.unit), epsilon = static_cast<float>(plan.problem.mass_epsilon);
  const V smallest = broadcast<float>(kStartSmallest);
  for (int j = 0; j < w; j += kLanes) {
    V sum[kRows];
    for (auto& row : sum) row = V{};
    for (int k = 0; k < depth; ++k) {
      const V basis = load<float>(plan.column_basis.data() + k * plan.padded_columns + j);
      for (int i = 0; i < kRows; ++i) sum[i] += broadcast<float>(half[i * kStartWidth + k]) * basis;
    }
    for (int i = 0; i < kRows; ++i) {
      const auto finished = [&](const V& masses) {
        return sum[i] * unit + short_log_of<float>(most<float>(masses * inverse_total, smallest)) * epsilon;
      };
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i) * w + j;
      if (j + kLanes <= w) {
        store<float>(g + at, finished(load<float>(nu + at)));
      } else {
        float rest[kLanes] = {};
        std::copy_n(nu + at, w - j, rest);
        store<float>(rest, finished(load<float>(rest)));
        std::copy_n(rest, w - j, g + at);
      }
    }
  }
}

inline void synthesise_pair(const GridStartPlan& plan, const GridStartOrigin& origin, const float* outputs, const float* nu,
                            float* g) {
  const int cells = plan.spec.cells, h = plan.problem.size[0], w = plan.problem.size[1];
  alignas(64) float coefficients[(kMostStartCells + 2) * kStartWidth] = {};
  for (int p = 0; p < cells; ++p) {
    for (int q = 0; q < cells; ++q) {
      coefficients[p * kStartWidth + q] = origin.series[p * kStartWidth + q] + origin.distance * outputs[p * cells + q];
    }
  }
  float polynomial[kStartMonomials];
  for (int k = 0; k < kStartMonomials; ++k) {
    polynomial[k] = origin.polynomial[k] + origin.distance * outputs[cells * cells + k];
  }
  coefficients[cells * kStartWidth] = polynomial[0];          // y
  coefficients[cells] = polynomial[1];                        // x
  coefficients[(cells + 1) * kStartWidth] = polynomial[2];    // yy
  coefficients[cells * kStartWidth + cells] = polynomial[3];  // yx
  coefficients[cells + 1] = polynomial[4];                    // xx

  const auto inverse_total = static_cast<float>(1 / origin.total_nu);
  constexpr int kRowsAtOnce = 4;
  alignas(64) float half[kRowsAtOnce * kStartWidth];
  int i = 0;
  const auto from = [&](int row) { return plan.row_basis.data() + row * kStartWidth; };
  const auto at = [&](int row) { return static_cast<std::ptrdiff_t>(row) * w; };
  for (; i + kRowsAtOnce <= h; i += kRowsAtOnce) {
    multiply_rows<kRowsAtOnce>(from(i), kStartWidth, cells + 2, coefficients, half);
    put_rows<kRowsAtOnce>(plan, half, nu + at(i), inverse_total, g + at(i));
  }
  for (; i < h; ++i) {
    multiply_rows<1>(from(i), kStartWidth, cells + 2, coefficients, half);
    put_rows<1>(plan, half, nu + at(i), inverse_total, g + at(i));
  }
}

template <int kRows>
void dense_rows(const GridStartDense& job) {
  using V = Vector<float>;
  constexpr int kLanes = Traits<float>::kLanes;
  static_assert(kStartColumns % (kTileRegisters * kLanes) == 0, "whole tiles");
  for (int column = 0; column < job.stride; column += kTileRegisters * kLanes) {
    Tile<float, kRows, kTileRegisters> tile;
    tile.add(job.panel, kTileRows, job.kernel + column, job.stride, job.inputs);
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kTileRegisters; ++r) {
        const int at = column + r * kLanes;
        const V sum = tile.sum[i][r] + load<float>(job.bias + at), zero = {};
        store<float>(job.out + i * job.stride + at, job.is_hidden ? (sum < zero ? expm1_of<float>(sum) : sum) : sum);
      }
    }
  }
}

inline void pack_panel(const float* from, int stride, int rows, int columns, float* panel) {
  // rows past the last are not looked at
  pack_across<float, kTileRows>([=](int row) { return from + std::min(row, rows - 1) * stride; }, kTileRows, columns, panel);
}

template <std::size_t... kIndex>
constexpr GridStartKernels grid_start_kernels(std::index_sequence<kIndex...>) {
  return {kTileRows, {dense_rows<static_cast<int>(kIndex) + 1>...}, pack_panel, analyse_pair, synthesise_pair};
}

constexpr GridStartKernels kGridStart = grid_start_kernels(std::make_index_sequence<kTileRows>());

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
