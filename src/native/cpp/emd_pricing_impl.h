// Pricing of arcs, see emd_pricing.h. Included once for each instruction set, after vector_math.h.

inline PricedArc price(const double* cost, std::ptrdiff_t stride, const double* f, const double* g, int begin, int end) {
  constexpr int kLanes = Traits<double>::kLanes;
  static_assert(kCostUnit % kLanes == 0, "rows are whole vectors");
  const double infinity = std::numeric_limits<double>::infinity();
  Vector<double> least_reduced = broadcast<double>(infinity), least_row = broadcast<double>(begin);
  for (int row = begin; row < end; ++row) {
    const double* entries = cost + row * stride;
    Vector<double> smallest = broadcast<double>(infinity);
    for (std::ptrdiff_t column = 0; column < stride; column += kLanes) {
      smallest = least<double>(load<double>(entries + column) - load<double>(g + column), smallest);
    }
    smallest -= f[row];
    const auto better = smallest < least_reduced;
    least_reduced = better ? smallest : least_reduced;
    least_row = better ? broadcast<double>(row) : least_row;
  }
  PricedArc arc{infinity, begin, 0};
  for (int lane = 0; lane < kLanes; ++lane) {
    const int row = static_cast<int>(least_row[lane]);
    if (least_reduced[lane] < arc.reduced_cost || (least_reduced[lane] == arc.reduced_cost && row < arc.row)) {
      arc.reduced_cost = least_reduced[lane];
      arc.row = row;
    }
  }
  const double* entries = cost + arc.row * stride;
  const double row_potential = f[arc.row];
  for (std::ptrdiff_t column = 0; column < stride; column += kCostUnit) {
    bool here = false;
    for (std::ptrdiff_t j = column; j < column + kCostUnit; ++j) {
      here |= (entries[j] - g[j]) - row_potential == arc.reduced_cost;
    }
    if (!here) continue;
    arc.column = static_cast<int>(column);
    while ((entries[arc.column] - g[arc.column]) - row_potential != arc.reduced_cost) ++arc.column;
    break;
  }
  return arc;
}

inline bool obeys_triangles(const double* cost, std::ptrdiff_t stride, int size, int row, double tolerance) {
  constexpr int kLanes = Traits<double>::kLanes;
  const double* direct = cost + row * stride;
  for (int by = 0; by < size; ++by) {
    const double* onward = cost + by * stride;
    const double first = direct[by] + tolerance;
    Bits<double> longer{};
    for (std::ptrdiff_t column = 0; column < stride; column += kLanes) {
      longer |= cast_bits<Bits<double>>(load<double>(direct + column) > load<double>(onward + column) + first);
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      if (longer[lane]) return false;
    }
  }
  return true;
}

constexpr EmdKernels kEmd = {price, obeys_triangles};
