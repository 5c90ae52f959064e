#include "mondeq/device/cuda/slabs.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

namespace mondeq {
namespace {

constexpr int kMostWidth = 16, kLeastWidth = 2;

// As many threads as share the butterflies of a pass evenly; all of them share packs of lanes too.
int Threads(const SlabTransform& slab) {
  constexpr Index kMost = SlabTransform::kMostThreads;
  constexpr Index kEven = 16;
  int radix = 2;
  for (const SlabSide* side : {&slab.rows, &slab.columns}) {
    for (int p = 0; p < side->passes; ++p) radix = std::max(radix, side->pass[p].radix);
  }
  const Index butterflies = CeilDiv(Index{slab.size()}, Index{radix});
  const Index turns = CeilDiv(butterflies, kMost);
  return static_cast<int>(CeilDiv(CeilDiv(butterflies, turns), kEven) * kEven);
}

// The radix of the next pass for n elements; 0 if there is none. Beginning with 6 takes as few
// passes as there can be for the sides that tori are given, up to 64.
int NextRadix(int n) {
  for (int radix : {6, 8, 5, 4, 3, 2}) {
    if (n % radix == 0) return radix;
  }
  return 0;
}

bool Plan(Index n, SlabSide* side) {
  if (n < 2) return false;
  side->n = static_cast<int>(n);
  int block = side->n;
  while (block > 1) {
    const int radix = NextRadix(block);
    if (radix == 0 || side->passes == SlabSide::kMostPasses) return false;
    side->pass[side->passes++] = {radix, block, side->n / block, Divider(block / radix)};
    block /= radix;
  }
  return true;
}

// The elements at the places that passes of decimation in frequency leave.
std::vector<std::int32_t> Elements(const SlabSide& side) {
  std::vector<std::int32_t> elements;
  for (int place = 0; place < side.n; ++place) {
    int element = 0, weight = 1, rest = place;
    for (int p = 0; p < side.passes; ++p) {
      element += side.pass[p].reach(rest) * weight;
      weight *= side.pass[p].radix;
      rest %= side.pass[p].block / side.pass[p].radix;
    }
    elements.push_back(element);
  }
  return elements;
}

std::vector<std::complex<float>> Turns(int n) {
  std::vector<std::complex<float>> turns;
  for (int t = 0; t < n; ++t)
    turns.push_back(std::complex<float>(std::polar(1.0, -2 * M_PI * t / n)));
  return turns;
}

}  // namespace

Slabs::Slabs(Index rows, Index columns, std::shared_ptr<CudaContext> context)
    : context_(std::move(context)), planned_(Plan(rows, &rows_) && Plan(columns, &columns_)) {}

int Slabs::Width(Index lanes) const {
  const std::size_t lane =
      static_cast<std::size_t>(rows_.n * columns_.n) * sizeof(std::complex<float>);
  int width = kMostWidth;
  while (
      width >= kLeastWidth &&
      (static_cast<std::size_t>(width) * lane > context_->shared_bytes() / 2 || width >= 2 * lanes))
    width /= 2;
  return width >= kLeastWidth ? width : 0;
}

const Slabs::Tables& Slabs::TablesOf(const SlabSide& side) {
  Tables& tables = tables_[side.n];
  if (tables.elements.empty()) {
    tables.elements = context_->Upload(Elements(side), DType::kInt32, {side.n});
    tables.turns = context_->Upload(Turns(side.n), DType::kFloat32, {2 * side.n});
  }
  return tables;
}

SlabTransform Slabs::Transform(Index channels, Index batch, const void* in, void* out) {
  SlabTransform slab;
  slab.rows = rows_;
  slab.columns = columns_;
  for (SlabSide* side : {&slab.rows, &slab.columns}) {
    const Tables& tables = TablesOf(*side);
    side->turns = tables.turns.raw();
    side->elements = tables.elements.data<std::int32_t>();
  }
  slab.in = in;
  slab.out = out;
  slab.channels = channels;
  slab.lanes = batch / 2;
  slab.width = Width(slab.lanes);
  slab.threads = Threads(slab);
  slab.by_width = Divider(slab.width);
  slab.by_row = Divider(slab.width * columns_.n);
  slab.by_columns = Divider(columns_.n);
  return slab;
}

}  // namespace mondeq
