// The frequencies of a torus, f = kx rows + ky: pairs of a frequency and its negative, and the four
// that one frequency of the torus of half the size stands for. Columns of a spectrum are contiguous
// so that rows of pixels are what is left between its transforms: in a state pixels of a row are
// next to each other, those of a column on a page of memory each.
#ifndef MONDEQ_DEVICE_CPU_TORUS_FREQUENCIES_H_
#define MONDEQ_DEVICE_CPU_TORUS_FREQUENCIES_H_

#include <array>
#include <vector>

#include "mondeq/core/features.h"

namespace mondeq {

class Frequencies {
 public:
  struct Pair {
    Index f, negative;
    bool own_negative() const { return f == negative; }
  };
  // The pair whose matrix a frequency uses, and whether it uses the conjugate.
  struct Stored {
    Index pair;
    bool conjugate;
  };

  Frequencies(Index rows, Index columns) : rows_(rows), columns_(columns) {
    for (Index f = 0; f < rows * columns; ++f) {
      const Index negative = Negative(f);
      if (f <= negative) {
        stored_.push_back({static_cast<Index>(pairs_.size()), false});
        pairs_.push_back({f, negative});
      } else {
        stored_.push_back({stored_[static_cast<std::size_t>(negative)].pair, true});
      }
    }
  }

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index count() const { return rows_ * columns_; }
  Index pairs() const { return static_cast<Index>(pairs_.size()); }
  const Pair& pair(Index i) const { return pairs_[static_cast<std::size_t>(i)]; }
  const Stored& stored(Index f) const { return stored_[static_cast<std::size_t>(f)]; }

  Index At(Index ky, Index kx) const { return kx * rows_ + ky; }
  Index Negative(Index f) const {
    return At((rows_ - f % rows_) % rows_, (columns_ - f / rows_) % columns_);
  }

  // The four frequencies that frequency q of the torus of half the size stands for.
  std::array<Index, 4> Aliases(Index q) const {
    const Index half_rows = rows_ / 2, half_columns = columns_ / 2;
    const Index y = q % half_rows, x = q / half_rows;
    return {At(y, x), At(y, x + half_columns), At(y + half_rows, x),
            At(y + half_rows, x + half_columns)};
  }
  // The frequency of the torus of half the size that stands for f.
  Index Folded(Index f) const {
    return f / rows_ % (columns_ / 2) * (rows_ / 2) + f % rows_ % (rows_ / 2);
  }

 private:
  Index rows_, columns_;
  std::vector<Pair> pairs_;
  std::vector<Stored> stored_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_TORUS_FREQUENCIES_H_
