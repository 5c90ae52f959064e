#include "mondeq/device/cuda/slabs.h"

#include <cmath>
#include <complex>
#include <cstdlib>
#include <vector>

namespace mondeq {
namespace {

constexpr int kMostWidth = 16, kLeastWidth = 2;

int EnvOr(const char* name, int value) {
  const char* text = std::getenv(name);
  return text == nullptr ? value : std::atoi(text);
}

// The radix of the next pass for n elements; 0 if there is none.
int NextRadix(int n) {
  for (int radix : {8, 6, 5, 4, 3, 2}) {
    // A pass of 8 is a waste where passes of 4 and 6, or of 4 and 4, do.
    const bool even_out = radix == 8 && (n % 64 != 0 && n != 8 && n % 5 != 0 && n != 32);
    if (n % radix == 0 && !even_out) return radix;
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

template <class T>
Tensor MakeTurns(int n, CudaContext* context) {
  std::vector<std::complex<T>> host;
  for (int t = 0; t < n; ++t) host.push_back(std::complex<T>(std::polar(1.0, -2 * M_PI * t / n)));
  const Tensor turns = context->Allocate(DTypeOf<T>(), {2 * n});
  context->CopyFromHost(host.data(), host.size() * sizeof(host[0]), turns.raw());
  return turns;
}

}  // namespace

Slabs::Slabs(Index rows, Index columns, std::shared_ptr<CudaContext> context)
    : context_(std::move(context)), planned_(Plan(rows, &rows_) && Plan(columns, &columns_)) {}

int Slabs::Width(DType dtype, Index lanes) const {
  const std::size_t lane = static_cast<std::size_t>(rows_.n * columns_.n) * 2 * SizeOf(dtype);
  int width = EnvOr("SLAB_WIDTH", kMostWidth);
  while (
      width >= kLeastWidth &&
      (static_cast<std::size_t>(width) * lane > context_->shared_bytes() / 2 || width >= 2 * lanes))
    width /= 2;
  return width >= kLeastWidth ? width : 0;
}

SlabTransform Slabs::Transform(DType dtype, Index channels, Index batch, const void* in,
                               void* out) {
  std::array<Tensor, 2>& turns = turns_[dtype == DType::kFloat64 ? 1 : 0];
  if (turns[0].empty()) {
    DispatchFloat(dtype, [&](auto zero) {
      using T = decltype(zero);
      turns[0] = MakeTurns<T>(rows_.n, context_.get());
      turns[1] = MakeTurns<T>(columns_.n, context_.get());
    });
  }
  SlabTransform slab;
  slab.rows = rows_;
  slab.columns = columns_;
  slab.row_turns = turns[0].raw();
  slab.column_turns = turns[1].raw();
  slab.in = in;
  slab.out = out;
  slab.channels = channels;
  slab.lanes = batch / 2;
  slab.width = Width(dtype, slab.lanes);
  slab.threads = EnvOr("SLAB_THREADS", 256);
  slab.by_width = Divider(slab.width);
  slab.by_row = Divider(slab.width * columns_.n);
  slab.by_columns = Divider(columns_.n);
  return slab;
}

}  // namespace mondeq
