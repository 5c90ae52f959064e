#include "mondeq/core/torch_file.h"

#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mondeq/core/pickle.h"
#include "mondeq/core/status.h"
#include "mondeq/core/zip.h"

namespace mondeq {
namespace {

// How PyTorch calls memory of elements of that type.
const char* Storage(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return "FloatStorage";
    case ElementType::kFloat64:
      return "DoubleStorage";
    case ElementType::kInt32:
      return "IntStorage";
    case ElementType::kInt64:
      return "LongStorage";
    case ElementType::kUint8:
      return "ByteStorage";
    case ElementType::kOther:
      break;
  }
  MONDEQ_CHECK(false);
}

// Row-major: how many elements lie between neighbours along each axis.
std::vector<Index> Strides(const std::vector<Index>& shape) {
  std::vector<Index> strides(shape.size());
  Index stride = 1;
  for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i]) strides[i] = stride;
  return strides;
}

void PutTuple(const std::vector<Index>& values, PickleWriter* pickle) {
  pickle->Mark();
  for (const Index value : values) pickle->Integer(value);
  pickle->Tuple();
}

// A tensor whose elements are in the file data/`key`:
// _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks).
void PutTensor(const HostArray& array, const std::string& key, PickleWriter* pickle) {
  pickle->Global("torch._utils", "_rebuild_tensor_v2");
  pickle->Mark();
  pickle->Mark();
  pickle->Text("storage");
  pickle->Global("torch", Storage(array.type));
  pickle->Text(key);
  pickle->Text("cpu");
  pickle->Integer(array.size());
  pickle->Tuple();
  pickle->PersistentId();
  pickle->Integer(0);
  PutTuple(array.shape, pickle);
  PutTuple(Strides(array.shape), pickle);
  pickle->False();
  pickle->Global("collections", "OrderedDict");
  PutTuple({}, pickle);
  pickle->Call();
  pickle->Tuple();
  pickle->Call();
}

}  // namespace

absl::StatusOr<std::string> SerializeTorchFile(const Safetensors& file) {
  PickleWriter pickle;
  std::vector<ZipEntry> data;
  pickle.EmptyDict();
  pickle.Mark();
  for (const auto& [name, array] : file.arrays) {
    const std::string key = absl::StrCat(data.size());
    pickle.Text(name);
    PutTensor(array, key, &pickle);
    data.push_back({absl::StrCat("archive/data/", key), array.bytes});
  }
  pickle.SetItems();
  const std::string dict = pickle.Finish();
  std::vector<ZipEntry> entries = {{"archive/data.pkl", dict}, {"archive/byteorder", "little"}};
  entries.insert(entries.end(), data.begin(), data.end());
  entries.push_back({"archive/version", "3\n"});
  return MakeZip(entries);
}

}  // namespace mondeq
