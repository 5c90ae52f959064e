#include "mondeq/capi/arguments.h"

#include <algorithm>
#include <limits>

#include "mondeq/core/status.h"

namespace mondeq::capi {
namespace {

absl::Status Wrong(const std::string& name, const std::string& expected, std::int64_t found) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": expected ", expected, ", found ", found));
}

absl::StatusOr<DType> TakeDType(std::int32_t dtype, const std::string& name) {
  switch (dtype) {
    case MONDEQ_FLOAT32:
      return DType::kFloat32;
    case MONDEQ_FLOAT64:
      return DType::kFloat64;
    case MONDEQ_UINT8:
      return DType::kUInt8;
    default:
      return Wrong(name, "a mondeq_dtype", dtype);
  }
}

// Refuses extents whose product no memory has, so that none that is computed overflows.
absl::Status CheckExtents(const mondeq_array& array, const std::string& name) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 16;
  std::int64_t size = 1;
  for (int axis = 0; axis < array.rank; ++axis) {
    const std::int64_t extent = array.shape[axis];
    if (extent < 0) return Wrong(absl::StrCat(name, ": shape[", axis, "]"), "0 or more", extent);
    if (extent > 0 && size > kMost / extent) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": the shape is beyond any memory's size"));
    }
    // An extent of 0 does not hide what is behind it.
    size *= std::max<std::int64_t>(extent, 1);
  }
  return absl::OkStatus();
}

// The same for the distance of the furthest elements.
absl::Status CheckStrides(const mondeq_array& array, const std::string& name) {
  constexpr double kMost = 1e18;
  double reach = 0;
  for (int axis = 0; axis < array.rank; ++axis) {
    reach +=
        std::abs(static_cast<double>(array.strides[axis])) * static_cast<double>(array.shape[axis]);
  }
  if (reach <= kMost) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": the strides are beyond any memory's size"));
}

absl::StatusOr<ArrayLayout> TakeLayout(const mondeq_array& array, const std::string& name) {
  MONDEQ_ASSIGN_OR_RETURN(const DType dtype, TakeDType(array.dtype, name + ": dtype"));
  if (array.rank < 0 || array.rank > 4) return Wrong(name + ": rank", "0 to 4", array.rank);
  MONDEQ_RETURN_IF_ERROR(CheckExtents(array, name));
  const Shape shape = ToShape({array.shape, static_cast<std::size_t>(array.rank)});
  if (array.dense != 0) return ArrayLayout::Dense(dtype, shape);
  MONDEQ_RETURN_IF_ERROR(CheckStrides(array, name));
  ArrayLayout layout{dtype, shape};
  std::copy(array.strides, array.strides + array.rank, layout.strides.begin());
  return layout;
}

template <class Array, class Take>
absl::StatusOr<std::vector<Array>> TakeAll(const mondeq_array* arrays, std::size_t count,
                                           const char* name, const Take& take) {
  constexpr std::size_t kMost = 1u << 20;
  std::vector<Array> taken;
  if (count > 0 && arrays == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": expected arrays, found NULL"));
  }
  if (count > kMost) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": found ", count, " arrays"));
  }
  for (std::size_t i = 0; i < count; ++i) {
    MONDEQ_ASSIGN_OR_RETURN(taken.emplace_back(), take(arrays[i], absl::StrCat(name, "[", i, "]")));
  }
  return taken;
}

template <class To, class Values, class Convert>
void Give(const Values& values, To* to, const Convert& convert) {
  if (to == nullptr) return;
  std::transform(values.begin(), values.end(), to, convert);
}

// What the solve did not find is NaN.
void GiveBound(const std::vector<double>& bound, std::size_t count, double* to) {
  if (to == nullptr) return;
  if (bound.empty()) {
    std::fill(to, to + count, std::numeric_limits<double>::quiet_NaN());
  } else {
    std::copy(bound.begin(), bound.end(), to);
  }
}

static_assert(EndCode(Termination::kConverged) == MONDEQ_CONVERGED &&
              EndCode(Termination::kStagnated) == MONDEQ_STAGNATED &&
              EndCode(Termination::kMaxIterations) == MONDEQ_MAX_ITERATIONS);

}  // namespace

absl::StatusOr<ConstArray> TakeArray(const mondeq_array& array, const std::string& name) {
  if (array.data == nullptr) return ConstArray();
  MONDEQ_ASSIGN_OR_RETURN(const ArrayLayout layout, TakeLayout(array, name));
  return ConstArray(static_cast<const void*>(array.data), layout);
}

absl::StatusOr<MutableArray> TakeMutableArray(const mondeq_array& array, const std::string& name) {
  if (array.data == nullptr) return MutableArray();
  MONDEQ_ASSIGN_OR_RETURN(const ArrayLayout layout, TakeLayout(array, name));
  return MutableArray(array.data, layout);
}

absl::StatusOr<std::vector<ConstArray>> TakeArrays(const mondeq_array* arrays, std::size_t count,
                                                   const char* name) {
  return TakeAll<ConstArray>(arrays, count, name, TakeArray);
}

absl::StatusOr<std::vector<MutableArray>> TakeMutableArrays(const mondeq_array* arrays,
                                                            std::size_t count, const char* name) {
  return TakeAll<MutableArray>(arrays, count, name, TakeMutableArray);
}

absl::StatusOr<PredictorOptions> TakeOptions(const mondeq_options& options) {
  PredictorOptions taken;
  if (options.device != nullptr) taken.device = options.device;
  taken.threads = options.threads;
  MONDEQ_ASSIGN_OR_RETURN(taken.dtype, TakeDType(options.dtype, "options: dtype"));
  if (taken.dtype == DType::kUInt8) {
    return absl::InvalidArgumentError(
        "options: dtype: expected MONDEQ_FLOAT32 or MONDEQ_FLOAT64, found MONDEQ_UINT8");
  }
  if (options.override_count > 0 && options.overrides == nullptr) {
    return absl::InvalidArgumentError("options: overrides: expected texts, found NULL");
  }
  for (std::size_t i = 0; i < options.override_count; ++i) {
    if (options.overrides[i] == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("options: overrides[", i, "]: expected a text, found NULL"));
    }
    taken.overrides.emplace_back(options.overrides[i]);
  }
  return taken;
}

absl::StatusOr<SolveSettings> TakeSettings(const mondeq_settings& settings) {
  SolveSettings taken;
  if (settings.tolerance != 0) taken.tolerance = settings.tolerance;
  if (settings.max_iterations != 0) taken.max_iterations = settings.max_iterations;
  taken.certify = settings.certify != 0;
  switch (settings.criterion) {
    case MONDEQ_CRITERION_OF_CONFIG:
      return taken;
    case MONDEQ_RELATIVE_ERROR:
      taken.criterion = Criterion::kRelativeError;
      return taken;
    case MONDEQ_CERTIFIED_ERROR:
      taken.criterion = Criterion::kCertifiedError;
      return taken;
    case MONDEQ_RELATIVE_CHANGE:
      taken.criterion = Criterion::kRelativeChange;
      return taken;
    case MONDEQ_RELATIVE_CHANGE_PER_SAMPLE:
      taken.criterion = Criterion::kRelativeChangePerSample;
      return taken;
    default:
      return Wrong("settings: criterion", "a mondeq_criterion", settings.criterion);
  }
}

void GiveReport(const SolveReport& report, const mondeq_report& to) {
  const auto same = [](auto value) { return value; };
  Give(report.iterations, to.iterations, same);
  Give(report.status, to.end, EndCode);
  Give(report.quantity, to.quantity, same);
  GiveBound(report.residual, report.iterations.size(), to.residual);
  GiveBound(report.error_bound, report.iterations.size(), to.error_bound);
}

void GiveCertificates(const std::vector<CertifiedSample>& samples, const mondeq_certificates& to) {
  Give(samples, to.predicted, [](const CertifiedSample& sample) { return sample.predicted; });
  Give(samples, to.margin, [](const CertifiedSample& sample) { return sample.margin; });
  Give(samples, to.radius_l2, [](const CertifiedSample& sample) { return sample.radius_l2; });
  Give(samples, to.radius_linf, [](const CertifiedSample& sample) { return sample.radius_linf; });
}

}  // namespace mondeq::capi
