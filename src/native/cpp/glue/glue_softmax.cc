#include "glue/glue.h"
#include "tensors/softmax.h"

namespace otlearn {
namespace {

struct Shape {
  std::size_t rows, columns;
  double numbers;
};

Shape shape_of(const Arguments& given) {
  const int columns = given.integer("columns"), rows = given.integer("rows");
  require(columns > 0 && rows >= 0, "columns, rows");
  return {static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), static_cast<double>(rows) * columns};
}

// softmaxForward({rows, columns, free, out})
void run_forward(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const auto [rows, columns, numbers] = shape_of(given);
  softmax_forward(given.array<double>("free", numbers), rows, columns, given.array<double>("out", numbers));
}

// softmaxBackward({rows, columns, gradient, probabilities, out})
void run_backward(const Napi::CallbackInfo& info) {
  const Arguments given(info[0]);
  const auto [rows, columns, numbers] = shape_of(given);
  const double* const gradient = given.array<double>("gradient", numbers);
  softmax_backward(gradient, given.array<double>("probabilities", numbers), rows, columns, given.array<double>("out", numbers));
}

}  // namespace

void add_softmax(Napi::Object exports) {
  add_function<run_forward>(exports, "softmaxForward");
  add_function<run_backward>(exports, "softmaxBackward");
}

}  // namespace otlearn
