#include "sinkhorn/grid/gaussian_start.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/thread_pool.h"

namespace otlearn {
namespace {

// Variances below this share of the largest one count as zero: the image lies on a line or a point.
constexpr double kDegenerate = 1e-12;

// First axis: rows.
struct Moments {
  double mean[2], xx, xy, yy;
};

// By sums over each column, which lie side by side: of the masses, and of these times the row and its square.
Moments moments_of(const double* masses, std::size_t height, std::size_t width, const double* spacing,
                   std::vector<double>& sums) {
  sums.assign(3 * width, 0);
  double *plain = sums.data(), *times_row = plain + width, *times_square = times_row + width;
  const double middle = 0.5 * static_cast<double>(height - 1), centre = 0.5 * static_cast<double>(width - 1);
  for (std::size_t i = 0; i < height; ++i, masses += width) {
    const double row = static_cast<double>(i) - middle;
    for (std::size_t j = 0; j < width; ++j) {
      const double mass = masses[j];
      plain[j] += mass;
      times_row[j] += row * mass;
      times_square[j] += row * row * mass;
    }
  }
  double total = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t j = 0; j < width; ++j) {
    const double column = static_cast<double>(j) - centre;
    total += plain[j];
    x += times_row[j];
    xx += times_square[j];
    y += column * plain[j];
    yy += column * column * plain[j];
    xy += column * times_row[j];
  }
  x /= total;
  y /= total;
  const double variance_x = std::max(0.0, xx / total - x * x), variance_y = std::max(0.0, yy / total - y * y);
  return {{(x + middle) * spacing[0], (y + centre) * spacing[1]},
          variance_x * spacing[0] * spacing[0],
          (xy / total - x * y) * spacing[0] * spacing[1],
          variance_y * spacing[1] * spacing[1]};
}

// `planarGaussianMap` of src/transport/initializers/gaussian-map.ts
void map_between(const Moments& from, const Moments& to, double* map) {
  std::fill_n(map, 3, 0.0);
  const double trace = from.xx + from.yy;
  if (trace == 0) return;
  const double along = std::max(0.0, from.xx * to.xx + 2 * from.xy * to.xy + from.yy * to.yy);
  const double det_from = std::max(0.0, from.xx * from.yy - from.xy * from.xy);
  const double det_to = std::max(0.0, to.xx * to.yy - to.xy * to.xy);
  if (det_from <= kDegenerate * trace * trace) {
    const double gain = std::sqrt(along) / (trace * trace);
    map[0] = gain * from.xx, map[1] = gain * from.xy, map[2] = gain * from.yy;
    return;
  }
  const double size = std::sqrt(along + 2 * std::sqrt(det_from * det_to));
  if (size == 0) return;  // `to` is a point
  const double ratio = std::sqrt(det_to / det_from);
  map[0] = (to.xx + ratio * from.yy) / size;
  map[1] = (to.xy - ratio * from.xy) / size;
  map[2] = (to.yy + ratio * from.xx) / size;
}

void potential_of(const ImagePairs& images, const Moments& a, const Moments& b, float* g) {
  double map[3];
  map_between(b, a, map);
  // g is a polynomial: along a row, c0 + c1 y + c2 y^2
  const double c2 = 1 - map[2];
  std::vector<double> places(images.width);
  for (std::size_t j = 0; j < images.width; ++j) places[j] = static_cast<double>(j) * images.spacing[1];
  double sum = 0;
  const auto row_of = [&](std::size_t i, double* c) {
    const double x = static_cast<double>(i) * images.spacing[0], dx = x - b.mean[0];
    c[0] = x * (x - 2 * a.mean[0]) - map[0] * dx * dx + 2 * map[1] * dx * b.mean[1] - map[2] * b.mean[1] * b.mean[1];
    c[1] = -2 * a.mean[1] - 2 * map[1] * dx + 2 * map[2] * b.mean[1];
  };
  double line = 0, square = 0;
  for (const double place : places) line += place, square += place * place;
  for (std::size_t i = 0; i < images.height; ++i) {
    double c[2];
    row_of(i, c);
    sum += c[0] * static_cast<double>(images.width) + c[1] * line + c2 * square;
  }
  const double mean = sum / (static_cast<double>(images.height) * static_cast<double>(images.width));
  for (std::size_t i = 0; i < images.height; ++i, g += images.width) {
    double c[2];
    row_of(i, c);
    const double c0 = c[0] - mean, c1 = c[1];
    for (std::size_t j = 0; j < images.width; ++j) g[j] = static_cast<float>(c0 + places[j] * (c1 + c2 * places[j]));
  }
}

}  // namespace

void gaussian_potentials(const ImagePairs& images, float* g, ThreadPool& pool) {
  const std::size_t points = images.height * images.width;
  std::vector<std::vector<double>> sums(static_cast<std::size_t>(pool.threads()));
  pool.run(images.pairs, [&](int worker, int pair) {
    const std::size_t at = static_cast<std::size_t>(pair) * points;
    const auto moments = [&](const double* masses) {
      return moments_of(masses + at, images.height, images.width, images.spacing, sums[static_cast<std::size_t>(worker)]);
    };
    potential_of(images, moments(images.a), moments(images.b), g + at);
  });
}

}  // namespace otlearn
