// Chooses the device of a run.
#ifndef MONDEQ_DEVICE_CREATE_DEVICE_H_
#define MONDEQ_DEVICE_CREATE_DEVICE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "mondeq/device/device.h"

namespace mondeq {

// `name` is cpu, cuda or auto (cuda if there is a usable one, else cpu). `threads` counts the CPU
// threads; 0 takes one per core. `gpu` says which, where there are several (cuda_device.h). *why
// says for each of the names why this device was taken. Errors: kInvalidArgument (the name or the
// threads); for cuda those of MakeCudaDevice.
absl::StatusOr<std::unique_ptr<Device>> CreateDevice(const std::string& name, int threads,
                                                     std::string* why, int gpu = 0);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CREATE_DEVICE_H_
