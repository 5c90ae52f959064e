// The frequencies of a torus, f = ky columns + kx: pairs of a frequency and its negative, and the
// four that one frequency of the torus of half the size stands for.
#ifndef MONDEQ_DEVICE_CPU_FREQUENCIES_H_
#define MONDEQ_DEVICE_CPU_FREQUENCIES_H_

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
  // Whose matrix a frequency uses, and whether its conjugate.
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
  Index pairs() const { return static_cast<Index>(pairs_.size()); }
  const Pair& pair(Index i) const { return pairs_[static_cast<std::size_t>(i)]; }
  const Stored& stored(Index f) const { return stored_[static_cast<std::size_t>(f)]; }

  Index Negative(Index f) const {
    const Index y = f / columns_, x = f % columns_;
    return (rows_ - y) % rows_ * columns_ + (columns_ - x) % columns_;
  }

  // Of frequency q of the torus of half the size.
  std::array<Index, 4> Aliases(Index q) const {
    const Index half_rows = rows_ / 2, half_columns = columns_ / 2;
    const Index y = q / half_columns, x = q % half_columns;
    return {y * columns_ + x, y * columns_ + x + half_columns, (y + half_rows) * columns_ + x,
            (y + half_rows) * columns_ + x + half_columns};
  }
  // The frequency of the torus of half the size that stands for f.
  Index Folded(Index f) const {
    return f / columns_ % (rows_ / 2) * (columns_ / 2) + f % columns_ % (columns_ / 2);
  }

 private:
  Index rows_, columns_;
  std::vector<Pair> pairs_;
  std::vector<Stored> stored_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_FREQUENCIES_H_
