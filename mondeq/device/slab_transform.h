// The transforms of a slab by a group of threads that share memory: what lets a map run between an
// inverse and a forward transform in one kernel, so that pixels never go to the device's memory. A
// slab is one channel of a few neighbouring lanes; a lane is a complex signal, two samples.
//
// An inverse transform goes from frequencies in their natural order to pixels in one that its
// passes leave (decimation in frequency), and a forward transform back (decimation in time), so
// that both are in place; PixelAt tells which pixel is where. A side of n = r_0 r_1 ... elements
// takes a pass for every radix.
#ifndef MONDEQ_DEVICE_SLAB_TRANSFORM_H_
#define MONDEQ_DEVICE_SLAB_TRANSFORM_H_

#include <cstddef>
#include <cstdint>

#include "mondeq/device/complex.h"
#include "mondeq/device/launch.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

// Divides by a number that is known beforehand: x / d for x d < 2^32.
struct Divider {
  Divider() = default;
  explicit Divider(int d)
      : divisor(static_cast<std::uint32_t>(d)),
        magic(d == 1 ? 0
                     : static_cast<std::uint32_t>(((std::uint64_t{1} << 32) + divisor - 1) /
                                                  divisor)) {}

  MONDEQ_HOST_DEVICE int operator()(int x) const {
    if (magic == 0) return x;
    return static_cast<int>((static_cast<std::uint64_t>(static_cast<std::uint32_t>(x)) * magic) >>
                            32);
  }

  std::uint32_t divisor = 1, magic = 0;
};

// One side of a torus.
struct SlabSide {
  static constexpr int kMostPasses = 6;

  // A pass on blocks of `block` = radix * reach elements, `turn` = n / block.
  struct Pass {
    int radix = 1, block = 1, turn = 1;
    Divider reach;
  };

  int n = 1, passes = 0;
  Pass pass[kMostPasses];
  // exp(-2 pi i t / n) for t < n, complex numbers of the type of the transform.
  const void* turns = nullptr;
  // The elements that an inverse transform leaves at places 0 .. n - 1.
  const std::int32_t* elements = nullptr;
};

namespace slab_internal {

// x = the transform of x, R numbers.
template <int R>
struct Dft;

template <>
struct Dft<2> {
  template <class T>
  MONDEQ_HOST_DEVICE static void Run(T* re, T* im) {
    const T r = re[0] - re[1], i = im[0] - im[1];
    re[0] += re[1];
    im[0] += im[1];
    re[1] = r;
    im[1] = i;
  }
};

template <>
struct Dft<3> {
  template <class T>
  MONDEQ_HOST_DEVICE static void Run(T* re, T* im) {
    const T s = static_cast<T>(0.86602540378443864676);
    const T sum_re = re[1] + re[2], sum_im = im[1] + im[2];
    const T by_re = s * (re[1] - re[2]), by_im = s * (im[1] - im[2]);
    const T mid_re = re[0] - T(0.5) * sum_re, mid_im = im[0] - T(0.5) * sum_im;
    re[0] += sum_re;
    im[0] += sum_im;
    re[1] = mid_re + by_im;
    im[1] = mid_im - by_re;
    re[2] = mid_re - by_im;
    im[2] = mid_im + by_re;
  }
};

template <>
struct Dft<4> {
  template <class T>
  MONDEQ_HOST_DEVICE static void Run(T* re, T* im) {
    const T a_re = re[0] + re[2], a_im = im[0] + im[2], b_re = re[0] - re[2], b_im = im[0] - im[2];
    const T c_re = re[1] + re[3], c_im = im[1] + im[3], d_re = re[1] - re[3], d_im = im[1] - im[3];
    re[0] = a_re + c_re;
    im[0] = a_im + c_im;
    re[1] = b_re + d_im;
    im[1] = b_im - d_re;
    re[2] = a_re - c_re;
    im[2] = a_im - c_im;
    re[3] = b_re - d_im;
    im[3] = b_im + d_re;
  }
};

template <>
struct Dft<5> {
  template <class T>
  MONDEQ_HOST_DEVICE static void Run(T* re, T* im) {
    const T c1 = static_cast<T>(0.30901699437494742410),
            s1 = static_cast<T>(0.95105651629515357212);
    const T c2 = static_cast<T>(-0.80901699437494742410),
            s2 = static_cast<T>(0.58778525229247312917);
    const T a_re = re[1] + re[4], a_im = im[1] + im[4], b_re = re[1] - re[4], b_im = im[1] - im[4];
    const T c_re = re[2] + re[3], c_im = im[2] + im[3], d_re = re[2] - re[3], d_im = im[2] - im[3];
    const T m1_re = re[0] + c1 * a_re + c2 * c_re, m1_im = im[0] + c1 * a_im + c2 * c_im;
    const T m2_re = re[0] + c2 * a_re + c1 * c_re, m2_im = im[0] + c2 * a_im + c1 * c_im;
    const T n1_re = s1 * b_re + s2 * d_re, n1_im = s1 * b_im + s2 * d_im;
    const T n2_re = s2 * b_re - s1 * d_re, n2_im = s2 * b_im - s1 * d_im;
    re[0] += a_re + c_re;
    im[0] += a_im + c_im;
    re[1] = m1_re + n1_im;
    im[1] = m1_im - n1_re;
    re[4] = m1_re - n1_im;
    im[4] = m1_im + n1_re;
    re[2] = m2_re + n2_im;
    im[2] = m2_im - n2_re;
    re[3] = m2_re - n2_im;
    im[3] = m2_im + n2_re;
  }
};

// Of 2 H numbers: those of the even and of the odd ones, and then turns by exp(-i pi k / H).
template <int H, class T>
MONDEQ_HOST_DEVICE void DftOfHalves(const T (&turn_re)[H], const T (&turn_im)[H], T* re, T* im) {
  T even_re[H], even_im[H], odd_re[H], odd_im[H];
  for (int k = 0; k < H; ++k) {
    even_re[k] = re[2 * k];
    even_im[k] = im[2 * k];
    odd_re[k] = re[2 * k + 1];
    odd_im[k] = im[2 * k + 1];
  }
  Dft<H>::Run(even_re, even_im);
  Dft<H>::Run(odd_re, odd_im);
  for (int k = 0; k < H; ++k) {
    const T r = turn_re[k] * odd_re[k] - turn_im[k] * odd_im[k];
    const T i = turn_re[k] * odd_im[k] + turn_im[k] * odd_re[k];
    re[k] = even_re[k] + r;
    im[k] = even_im[k] + i;
    re[k + H] = even_re[k] - r;
    im[k + H] = even_im[k] - i;
  }
}

template <>
struct Dft<6> {
  template <class T>
  MONDEQ_HOST_DEVICE static void Run(T* re, T* im) {
    const T s = static_cast<T>(0.86602540378443864676);
    const T turn_re[3] = {T(1), T(0.5), T(-0.5)}, turn_im[3] = {T(0), -s, -s};
    DftOfHalves<3>(turn_re, turn_im, re, im);
  }
};

template <>
struct Dft<8> {
  template <class T>
  MONDEQ_HOST_DEVICE static void Run(T* re, T* im) {
    const T s = static_cast<T>(0.70710678118654752440);
    const T turn_re[4] = {T(1), s, T(0), -s}, turn_im[4] = {T(0), -s, T(-1), -s};
    DftOfHalves<4>(turn_re, turn_im, re, im);
  }
};

// Where a pass reads and writes its numbers, [place][lanes]; imaginary parts times `sign`.
template <class T>
struct Shared {
  Complex<T>* data;
  int stride;
  T sign;

  MONDEQ_HOST_DEVICE Complex<T>* At(int place, int lane) const {
    return data + (place * stride + lane);
  }
  // From a number to that `reach` places further.
  MONDEQ_HOST_DEVICE int Step(int reach) const { return reach * stride; }
  MONDEQ_HOST_DEVICE Complex<T> Signed(Complex<T> x) const { return {x.re, sign * x.im}; }
};

// There are no numbers from lane `lanes` on, which read as zero.
template <class T>
struct Spectra {
  Complex<T>* data;
  Index stride;
  int lanes;
  T sign;

  MONDEQ_HOST_DEVICE Complex<T>* At(int place, int lane) const {
    return lane < lanes ? data + (place * stride + lane) : nullptr;
  }
  MONDEQ_HOST_DEVICE Index Step(int reach) const { return reach * stride; }
  MONDEQ_HOST_DEVICE Complex<T> Signed(Complex<T> x) const { return {x.re, sign * x.im}; }
};

// Pixels [pixel][stride] in the order of the torus, as places along the rows whose lanes are those
// of all columns. Only for the pass that has neighbouring places in a butterfly.
template <class T>
struct Pixels {
  Complex<T>* data;
  Index stride;
  int lanes;
  T scale, sign;
  const std::int32_t *rows, *columns;
  int columns_n, row_step;
  Divider by_width;

  MONDEQ_HOST_DEVICE Complex<T>* At(int place, int lane) const {
    const int column = by_width(lane), rest = lane - column * static_cast<int>(by_width.divisor);
    if (rest >= lanes) return nullptr;
    return data + ((rows[place] * columns_n + columns[column]) * stride + rest);
  }
  MONDEQ_HOST_DEVICE Index Step(int) const { return row_step * columns_n * stride; }
  MONDEQ_HOST_DEVICE Complex<T> Signed(Complex<T> x) const {
    return {scale * x.re, scale * sign * x.im};
  }
};

// The butterflies of a pass: of decimation in frequency, which turns their results, or in time,
// which turns what they read.
template <int R, class T, class From, class To>
MONDEQ_HOST_DEVICE void Butterflies(const ThreadGroup& group, bool in_frequency,
                                    SlabSide::Pass pass, const Complex<T>* turns, Divider lanes,
                                    int count, From from, To to) {
  const int reach = static_cast<int>(pass.reach.divisor);
  group.ForEach(count / R, [&](int t) {
    const int rest = lanes(t), lane = t - rest * static_cast<int>(lanes.divisor);
    const int block = pass.reach(rest), j = rest - block * reach;
    const int place = block * pass.block + j, turn_step = j * pass.turn;
    T re[R], im[R];
    const Complex<T>* x = from.At(place, lane);
    const auto from_step = from.Step(reach);
    const auto to_step = to.Step(reach);
    for (int k = 0; k < R; ++k) {
      const Complex<T> value = x == nullptr ? Complex<T>{} : from.Signed(x[k * from_step]);
      re[k] = value.re;
      im[k] = value.im;
    }
    const auto turn = [&] {
      for (int k = 1; k < R; ++k) {
        const Complex<T> by = turns[turn_step * k];
        const T r = by.re * re[k] - by.im * im[k];
        im[k] = by.re * im[k] + by.im * re[k];
        re[k] = r;
      }
    };
    if (!in_frequency) turn();
    Dft<R>::Run(re, im);
    if (in_frequency) turn();
    Complex<T>* y = to.At(place, lane);
    if (y == nullptr) return;
    for (int k = 0; k < R; ++k) y[k * to_step] = to.Signed({re[k], im[k]});
  });
}

// `count` numbers take part in the pass.
template <class T, class From, class To>
MONDEQ_HOST_DEVICE void RunPass(const ThreadGroup& group, bool in_frequency,
                                const SlabSide::Pass& pass, const Complex<T>* turns,
                                const Divider& lanes, int count, const From& from, const To& to) {
  switch (pass.radix) {
    case 2:
      return Butterflies<2>(group, in_frequency, pass, turns, lanes, count, from, to);
    case 3:
      return Butterflies<3>(group, in_frequency, pass, turns, lanes, count, from, to);
    case 4:
      return Butterflies<4>(group, in_frequency, pass, turns, lanes, count, from, to);
    case 5:
      return Butterflies<5>(group, in_frequency, pass, turns, lanes, count, from, to);
    case 6:
      return Butterflies<6>(group, in_frequency, pass, turns, lanes, count, from, to);
    default:
      return Butterflies<8>(group, in_frequency, pass, turns, lanes, count, from, to);
  }
}

}  // namespace slab_internal

// Whether there are slabs of numbers of this type. float64 is for checking, and would double the
// kernels.
template <class T>
constexpr bool kOnSlabs = sizeof(T) == sizeof(float);

// What a kernel needs to know to run on slabs of spectra [frequency][channels][lanes].
struct SlabTransform {
  // What a kernel may use at most, and how many groups share a multiprocessor then.
  static constexpr int kMostThreads = 448, kGroups = 2;

  SlabSide rows, columns;
  // The spectra that are read and those that are written, which may be the same; one of them is
  // pixels in a transform alone.
  const void* in = nullptr;
  void* out = nullptr;
  Index channels = 0, lanes = 0;
  // The lanes of a slab, a power of two, and the threads of a group.
  int width = 0, threads = 0;
  // Pixels are multiplied by it.
  double scale = 1;
  // Unless null, pixels are moved there before the map, to which they are zero; [dim, batch].
  void* bias = nullptr;

  template <class T>
  MONDEQ_HOST_DEVICE Complex<T>* in_as() const {
    return static_cast<Complex<T>*>(const_cast<void*>(in));
  }
  template <class T>
  MONDEQ_HOST_DEVICE Complex<T>* out_as() const {
    return static_cast<Complex<T>*>(out);
  }
  MONDEQ_HOST_DEVICE int pixels() const { return rows.n * columns.n; }
  MONDEQ_HOST_DEVICE int size() const { return pixels() * width; }
  // The pixel at a place of a slab.
  MONDEQ_HOST_DEVICE int PixelAt(int place) const {
    const int row = by_columns(place);
    return rows.elements[row] * columns.n + columns.elements[place - row * columns.n];
  }

  // Slabs are counted by channels and, in each, by lanes.
  MONDEQ_HOST_DEVICE Index slabs_of_channel() const { return (lanes + width - 1) / width; }
  MONDEQ_HOST_DEVICE Index ChannelOf(Index slab) const { return slab / slabs_of_channel(); }
  MONDEQ_HOST_DEVICE Index FirstLaneOf(Index slab) const {
    return slab % slabs_of_channel() * width;
  }
  Index slabs() const { return channels * slabs_of_channel(); }

  Divider by_width, by_row, by_columns;  // of a slab: by its width, and by a row and the columns
};

// Of a slab: what the group shares = the pixels, [place][width], of the spectra that the slab
// reads, or else the spectra that it writes = those of such pixels, which end. With kAlone pixels
// are where the slab writes or reads instead. One function does both, because all kernels have a
// copy.
template <class T, bool kAlone>
MONDEQ_HOST_DEVICE_CALL void TransformSlab(const SlabTransform& slab, bool inverse, Index index,
                                           const ThreadGroup& group) {
  using slab_internal::RunPass;
  Complex<T>* shared = group.shared<Complex<T>>();
  const int width = slab.width, count = slab.size();
  const Index first = slab.FirstLaneOf(index), offset = slab.ChannelOf(index) * slab.lanes + first,
              stride = slab.channels * slab.lanes;
  const int visible = slab.lanes - first < width ? static_cast<int>(slab.lanes - first) : width;
  // An inverse transform is one of conjugates.
  const T sign = inverse ? T{-1} : T{1};
  const int passes = slab.columns.passes + slab.rows.passes;
  for (int i = 0; i < passes; ++i) {
    const int p = inverse ? i : passes - 1 - i;
    const bool along_columns = p < slab.columns.passes;
    const SlabSide& side = along_columns ? slab.columns : slab.rows;
    // Copies, which no store can change.
    const SlabSide::Pass pass = side.pass[along_columns ? p : p - slab.columns.passes];
    const auto* turns = static_cast<const Complex<T>*>(side.turns);
    const Divider lanes = along_columns ? slab.by_width : slab.by_row;
    // The sign is for where pixels are read or written.
    const T end = !kAlone && p + 1 == passes ? sign : T{1};
    const int shared_stride = along_columns ? width : slab.columns.n * width;
    const slab_internal::Shared<T> from{shared, shared_stride, inverse ? T{1} : end},
        to{shared, shared_stride, inverse ? end : T{1}};
    if (p == 0) {
      const slab_internal::Spectra<T> spectra{
          (inverse ? slab.in_as<T>() : slab.out_as<T>()) + offset, stride, visible, sign};
      if (inverse) {
        RunPass<T>(group, true, pass, turns, lanes, count, spectra, to);
      } else {
        RunPass<T>(group, false, pass, turns, lanes, count, from, spectra);
      }
    } else if (kAlone && p + 1 == passes) {
      const slab_internal::Pixels<T> pixels{(inverse ? slab.out_as<T>() : slab.in_as<T>()) + offset,
                                            stride,
                                            visible,
                                            static_cast<T>(slab.scale),
                                            sign,
                                            slab.rows.elements,
                                            slab.columns.elements,
                                            slab.columns.n,
                                            slab.rows.n / pass.radix,
                                            slab.by_width};
      if (inverse) {
        RunPass<T>(group, true, pass, turns, lanes, count, from, pixels);
      } else {
        RunPass<T>(group, false, pass, turns, lanes, count, pixels, to);
      }
    } else {
      RunPass<T>(group, inverse, pass, turns, lanes, count, from, to);
    }
  }
}

// f(group, i) for every slab i, with a slab's numbers as shared memory and so many bytes more.
template <class T, class F>
void LaunchSlabs(const Stream& stream, const SlabTransform& slab, std::size_t more, const F& f) {
  const std::size_t bytes = static_cast<std::size_t>(slab.size()) * sizeof(Complex<T>) + more;
  LaunchGroups(stream, slab.slabs(), slab.threads, bytes, f);
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_SLAB_TRANSFORM_H_
