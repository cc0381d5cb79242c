#include <algorithm>
#include <cmath>
#include <string>

#include "base/thread_pool.h"
#include "glue/glue.h"
#include "initializer/grid_start.h"

namespace otlearn {
namespace {

constexpr napi_type_tag kGridStart = {0x6f746c6561726e00, 5};

// Beyond these nothing is a network of ours, and products of them do not overflow.
constexpr int kMostWidth = 1 << 16, kMostLayers = 64, kMostIterations = 1000;

GridStartSpec read_spec(const Arguments& given) {
  GridStartSpec spec;
  spec.cells = given.integer("cells");
  spec.iterations = given.integer("iterations");
  spec.modes = given.integer("modes");
  spec.least_epsilon = given.number("leastEpsilon");
  for (const std::ptrdiff_t width : given.dimensions("widths")) {
    require(width > 0 && width <= kMostWidth, "widths");
    spec.widths.push_back(static_cast<int>(width));
  }
  require(!spec.widths.empty() && spec.widths.size() <= kMostLayers, "widths");
  require(spec.cells > 0 && spec.cells <= kMostStartCells && spec.modes > 0 && spec.modes <= spec.cells, "cells, modes");
  require(spec.iterations > 0 && spec.iterations <= kMostIterations && spec.least_epsilon > 0, "iterations, leastEpsilon");
  return spec;
}

// createGridStart(network): AnyGridNetwork of src/native/initializer.ts
Napi::Value create(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  GridStartSpec spec = read_spec(given);
  require(given["kernels"].IsArray() && given["biases"].IsArray(), "kernels, biases");
  const auto kernels = given["kernels"].As<Napi::Array>(), biases = given["biases"].As<Napi::Array>();
  const std::size_t count = spec.widths.size() + 1;
  require(kernels.Length() == count && biases.Length() == count, "kernels, biases: one a layer");
  std::vector<GridStartLayer> layers;
  double inputs = spec.features();
  for (std::uint32_t k = 0; k < count; ++k) {
    const double units = k + 1 < count ? spec.widths[k] : spec.outputs();
    layers.push_back(
        {elements<float>(kernels[k], inputs * units, "kernels").data, elements<float>(biases[k], units, "biases").data});
    inputs = units;
  }
  const double features = spec.features();
  const float *const mean = given.array<float>("mean", features), *const gain = given.array<float>("gain", features);
  const float* const shared = given.array<float>("shared", double(kStartShared) * spec.widths[0]);
  return handed_over(info.Env(), std::make_unique<GridStart>(std::move(spec), mean, gain, shared, layers), kGridStart);
}

// Two numbers, one an axis.
void read_axes(const Arguments& given, const char* name, double (&axes)[2]) {
  require(given[name].IsArray(), name);
  const auto array = given[name].As<Napi::Array>();
  require(array.Length() == 2, name);
  for (std::uint32_t axis = 0; axis < 2; ++axis) {
    const Napi::Value value = array[axis];
    require(value.IsNumber(), name);
    axes[axis] = value.As<Napi::Number>();
    require(axes[axis] > 0, name);
  }
}

// startOnGrid(problem): GridStartProblem of src/native/initializer.ts
void run(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  GridStart& network = held<GridStart>(given["network"], kGridStart, "network");
  GridStartProblem problem;
  double size[2];
  read_axes(given, "size", size);
  read_axes(given, "sides", problem.sides);
  require(std::max(size[0], size[1]) <= kMostStartSide && std::min(size[0], size[1]) >= 1, "size");
  for (int axis = 0; axis < 2; ++axis) problem.size[axis] = static_cast<int>(size[axis]);
  problem.epsilon = given.number("epsilon");
  problem.unit = given.number("unit");
  problem.mass_epsilon = given.number("massEpsilon");
  require(problem.epsilon > 0 && problem.unit > 0 && problem.mass_epsilon > 0, "epsilon, unit, massEpsilon");
  GridStartBatch batch;
  batch.pairs = given.integer("pairs");
  const double numbers = double(batch.pairs) * problem.size[0] * problem.size[1];
  require(batch.pairs >= 0 && numbers < kMostNumbers, "pairs");
  batch.a = given.array<float>("a", numbers);
  batch.b = given.array<float>("b", numbers);
  batch.g = given.array<float>("g", numbers);
  network.run(problem, batch, thread_pool());
}

}  // namespace

void add_initializer(Napi::Object exports) {
  add_function<create>(exports, "createGridStart");
  add_function<run>(exports, "startOnGrid");
}

}  // namespace otlearn
