// Numbers that the host has found in double, for arrays of a device.
#ifndef MONDEQ_DEVICE_HOST_VALUES_H_
#define MONDEQ_DEVICE_HOST_VALUES_H_

#include <cstddef>
#include <cstring>
#include <vector>

#include "mondeq/device/device.h"

namespace mondeq {

// Copies again and again: it keeps its memory, so that later copies of as many allocate nothing.
class HostValues {
 public:
  // tensor = values, in the tensor's floating-point type and of its size.
  void CopyTo(Device& device, const std::vector<double>& values, const Tensor& tensor) {
    DispatchFloat(tensor.dtype(), [&](auto zero) {
      using T = decltype(zero);
      bytes_.resize(values.size() * sizeof(T));
      for (std::size_t i = 0; i < values.size(); ++i) {
        const T value = static_cast<T>(values[i]);
        std::memcpy(&bytes_[i * sizeof(T)], &value, sizeof(T));
      }
      device.CopyFromHost(bytes_.data(), tensor);
    });
  }

 private:
  std::vector<char> bytes_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_HOST_VALUES_H_
