#include "tensors/elementwise.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/thread_pool.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "tensors/elementwise.cc"
#include "isa/each_set.h"

#include "tensors/elementwise_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

const ElementwiseKernels& kernels() { return OTLEARN_CHOOSE(kElementwise); }

// Numbers of a task; arrays of one task are computed by the calling thread.
constexpr std::ptrdiff_t kTaskNumbers = 1 << 14;

template <typename Body>
void in_parts(std::ptrdiff_t count, ThreadPool& pool, Body body) {
  const std::ptrdiff_t tasks = (count + kTaskNumbers - 1) / kTaskNumbers;
  // a few parts a thread; a thread that is delayed leaves its work to others
  const std::ptrdiff_t share = std::max<std::ptrdiff_t>(1, tasks / (8 * pool.threads()));
  const std::ptrdiff_t part = share * kTaskNumbers;
  if (count <= part || pool.threads() == 1) return body(0, count);
  pool.run(static_cast<int>((count + part - 1) / part), [&](int, int task) {
    const std::ptrdiff_t first = task * part;
    body(first, std::min(part, count - first));
  });
}

// Dimensions along which both operands go on as in the one before become one; those of size 1 vanish.
Broadcast merged(const Broadcast& given) {
  Broadcast result;
  for (std::size_t d = 0; d < given.sizes.size(); ++d) {
    const std::ptrdiff_t size = given.sizes[d], a = given.strides_a[d], b = given.strides_b[d];
    if (size == 1) continue;
    if (!result.sizes.empty() && result.strides_a.back() == a * size && result.strides_b.back() == b * size) {
      result.sizes.back() *= size;
      result.strides_a.back() = a;
      result.strides_b.back() = b;
    } else {
      result.sizes.push_back(size);
      result.strides_a.push_back(a);
      result.strides_b.push_back(b);
    }
  }
  if (result.sizes.empty()) result = {{1}, {0}, {0}};
  return result;
}

template <typename Out>
void run(ElementwiseKernels::Loop<Out> loop, const Broadcast& given, const float* a, const float* b, Out* out,
         ThreadPool& pool) {
  const Broadcast shape = merged(given);
  const std::ptrdiff_t count = std::accumulate(shape.sizes.begin(), shape.sizes.end(), std::ptrdiff_t(1), std::multiplies<>());
  const std::size_t last = shape.sizes.size() - 1;
  const std::ptrdiff_t row = shape.sizes[last];
  const int step_a = static_cast<int>(shape.strides_a[last]), step_b = static_cast<int>(shape.strides_b[last]);
  in_parts(count, pool, [&](std::ptrdiff_t first, std::ptrdiff_t numbers) {
    for (std::ptrdiff_t at = first; at < first + numbers;) {
      const std::ptrdiff_t column = at % row, length = std::min(row - column, first + numbers - at);
      std::ptrdiff_t from_a = column * step_a, from_b = column * step_b, rest = at / row;
      for (std::size_t d = last; d-- > 0; rest /= shape.sizes[d]) {
        from_a += rest % shape.sizes[d] * shape.strides_a[d];
        from_b += rest % shape.sizes[d] * shape.strides_b[d];
      }
      loop(length, a + from_a, step_a, b + from_b, step_b, out + at);
      at += length;
    }
  });
}

}  // namespace

void unary(Unary op, std::ptrdiff_t count, const float* x, float* out, ThreadPool& pool) {
  const auto loop = kernels().unary[static_cast<int>(op)];
  in_parts(count, pool, [&](std::ptrdiff_t first, std::ptrdiff_t numbers) { loop(numbers, x + first, out + first); });
}

void binary(Binary op, const Broadcast& shape, const float* a, const float* b, float* out, ThreadPool& pool) {
  run(kernels().binary[static_cast<int>(op)], shape, a, b, out, pool);
}

void compare(Comparison op, const Broadcast& shape, const float* a, const float* b, std::uint8_t* out, ThreadPool& pool) {
  run(kernels().compare[static_cast<int>(op)], shape, a, b, out, pool);
}

}  // namespace otlearn

#endif
