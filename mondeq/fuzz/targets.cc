#include "mondeq/fuzz/targets.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/file.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"
#include "mondeq/data/color_images_testing.h"
#include "mondeq/data/csv.h"
#include "mondeq/data/gzip.h"
#include "mondeq/data/idx.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/image_file.h"
#include "mondeq/data/image_testing.h"
#include "mondeq/data/mat_file.h"
#include "mondeq/data/mat_testing.h"
#include "mondeq/data/npy.h"
#include "mondeq/data/npy_testing.h"
#include "mondeq/report/metrics_csv.h"
#include "mondeq/report/predictions.h"
#include "mondeq/report/report_page.h"
#include "mondeq/training/checkpoint_files.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

// A folder of this process's own, which stays for as long as it lives.
const std::string& Folder() {
  static const auto* folder = [] {
    const char* const given = std::getenv("TEST_TMPDIR");
    const std::string parent =
        given != nullptr ? given : std::filesystem::temp_directory_path().string();
    auto* path = new std::string(absl::StrCat(parent, "/mondeq-fuzz-", getpid()));
    std::filesystem::create_directories(*path + "/checkpoint");
    std::atexit([] { std::filesystem::remove_all(Folder()); });
    return path;
  }();
  return *folder;
}

std::string InFile(const std::string& name, absl::string_view bytes) {
  const std::string path = absl::StrCat(Folder(), "/", name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

void ReadConfig(absl::string_view bytes) {
  Experiment experiment, again;
  ConfigSource source;
  if (!ParseConfig(bytes, "f", {}, &experiment, &source).ok()) return;
  // What a run writes down it can read.
  MakeDefaultsExplicit(&experiment);
  MONDEQ_CHECK(ParseConfig(ToTextproto(experiment), "f", {}, &again, &source).ok());
}

std::vector<std::string> Configs() {
  return {
      R"(name: "a" data { [mondeq.digits] { size: 12 } batch_size: 50 }
model {
  equilibrium {
    injection { [mondeq.linear] {} }
    operator { [mondeq.dense] { m: 0.5 units: 20 } }
    nonlinearity { [mondeq.relu] {} }
    splitting { [mondeq.peaceman_rachford] { alpha { tune { at_batch: [1, 2] } } } tolerance: 1e-3 }
  }
  readout { [mondeq.linear] { bias: false } }
}
training {
  epochs: 2 optimizer { [mondeq.adam] {} }
  schedule { [mondeq.warm_up] { schedule { [mondeq.step] {} } } }
})"};
}

// An override of the command line, PATH=VALUE.
void ReadOverride(absl::string_view bytes) {
  Experiment experiment;
  ConfigSource source;
  const absl::Status status =
      ParseConfig(Configs()[0], "f", {std::string(bytes)}, &experiment, &source);
  if (status.ok()) MakeDefaultsExplicit(&experiment);
}

std::vector<std::string> OverrideSeeds() {
  return {"training.epochs=5", "model.equilibrium.operator.dense.m=1e-3",
          "data={ [mondeq.digits] { size: 28 } }", "training.optimizer.sgd={}"};
}

void ReadArrays(absl::string_view bytes) {
  const auto file = ParseSafetensors(bytes, "f");
  if (!file.ok()) return;
  for (const auto& entry : file->arrays) {
    if (entry.second.type == ElementType::kOther) return;
  }
  const auto again = ParseSafetensors(SerializeSafetensors(*file), "f");
  MONDEQ_CHECK(again.ok() && again->arrays.size() == file->arrays.size());
}

// A mutation would stop at the checksums, so these are called otherwise.
std::string WithoutChecksums(const std::string& contents) {
  return absl::StrReplaceAll(
      contents, {{"mondeq.crc32", "mondeq.crcxx"}, {"mondeq.header_crc32", "mondeq.header_crcxx"}});
}

std::vector<std::string> ArrayFiles() {
  Safetensors file;
  file.arrays["a"] = HostArray::From<float>({2, 3}, std::vector<float>(6, 1.5f));
  file.arrays["b"] = HostArray::From<std::int64_t>({1}, std::vector<std::int64_t>{-1});
  file.arrays["c"] = HostArray::From<std::uint8_t>({}, std::vector<std::uint8_t>{7});
  file.metadata["k\n\"\xc3\xa9"] = "v";
  const std::string contents = SerializeSafetensors(file);
  return {contents, WithoutChecksums(contents)};
}

// As a run is resumed.
void ReadCheckpoint(absl::string_view bytes) {
  static auto* small = new SmallExperiment();
  const std::string folder = Folder() + "/checkpoint";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::filesystem::remove(entry);
  }
  InFile("checkpoint/step-000000001.safetensors", bytes);
  const auto trainer = small->MakeTrainer();
  trainer->set_checkpoints(folder);
  const auto resumed = trainer->Resume();
  MONDEQ_CHECK(!resumed.ok() || trainer->history().size() < 1000000);
}

std::vector<std::string> Checkpoints() {
  Stopper stopper(6);
  SmallExperiment small;
  const auto trainer = small.MakeTrainer();
  const std::string folder = Folder() + "/seed";
  trainer->set_checkpoints(folder);
  MONDEQ_CHECK(absl::IsCancelled(trainer->Run(&stopper)));
  const std::string contents = ReadFile(CheckpointPath(folder, 6)).value();
  return {contents, WithoutChecksums(contents)};
}

void ReadIdx(absl::string_view bytes) {
  static_cast<void>(ParseIdxImages(std::string(bytes), "f"));
  static_cast<void>(ReadIdxLabels(InFile("labels", bytes)));
}

std::vector<std::string> IdxFiles() {
  return {IdxBytes(0x803, {2, 3, 4}, std::string(24, 'x')), IdxBytes(0x801, {5}, "\1\2\3\4\5"),
          Gzip(IdxBytes(0x803, {1, 2, 2}, "abcd"))};
}

void ReadGzip(absl::string_view bytes) {
  constexpr std::size_t kLimit = std::size_t{1} << 22;
  const auto unpacked = Gunzip(bytes, kLimit, "f");
  MONDEQ_CHECK(!unpacked.ok() || unpacked->size() <= kLimit);
  MONDEQ_CHECK(!unpacked.ok() || unpacked->size() <= GunzipBound(bytes));
}

std::vector<std::string> GzipFiles() {
  return {Gzip("some bytes"), Gzip(std::string(100000, 'x')), Gzip("a") + Gzip("b")};
}

void ReadMat(absl::string_view bytes) {
  static_cast<void>(ReadMatArrays(InFile("f.mat", bytes), {"X", "y"}));
}

std::vector<std::string> MatFiles() {
  const std::string x = MatNumbers<std::uint8_t>(9, {2, 2, 1, 2}, "X", 2, {1, 2, 3, 4, 5, 6, 7, 8});
  const std::string y = MatNumbers<double>(6, {2, 1}, "y", 9, {1, 2});
  return {MatHeader() + x + y, MatHeader() + MatPacked(x) + MatPacked(y)};
}

void ReadNpy(absl::string_view bytes) { static_cast<void>(ParseNpy(std::string(bytes), "f")); }

std::vector<std::string> NpyFiles() {
  return {NpyBytes<float>({2, 3}, {1, 2, 3, 4, 5, 6}), NpyBytes<std::uint8_t>({2, 2}, {1, 2, 3, 4}),
          NpyFile(NpyHeaderText("<f8", {1, 2}, /*fortran_order=*/true), std::string(16, '\0'), 2)};
}

void ReadImage(absl::string_view bytes) { static_cast<void>(ParseImage(bytes, "f")); }

std::vector<std::string> Images() {
  Image image;
  image.features = {2, 3, 3};
  image.pixels = std::vector<std::uint8_t>(18, 100);
  return {PngBytes(image), JpegBytes(image)};
}

void ReadCsv(absl::string_view bytes) {
  static_cast<void>(ParseCsv(bytes, "f", {}));
  CsvOptions options;
  options.label = "label";
  static_cast<void>(ParseCsv(bytes, "f", options));
}

std::vector<std::string> CsvFiles() {
  return {"a,b,label\n1,2,x\n3,-4.5e1,\"y, \"\"z\"\"\"\n", "1;2;3\r\n4;5;6\r\n"};
}

// All samples of a folder.
void ReadCifar10(absl::string_view bytes) {
  const std::string folder = Folder() + "/cifar10";
  if (!std::filesystem::exists(folder)) WriteCifar10(folder, 1, 1);
  InFile("cifar10/test_batch.bin", bytes);
  DatasetConfig config;
  ConfigSource source;
  MONDEQ_CHECK(ParseConfig("[mondeq.cifar10] {} batch_size: 1", "f", {}, &config, &source).ok());
  const auto dataset = CreateDataset(config, source, {folder});
  MONDEQ_CHECK(dataset.ok());
  static_cast<void>(LoadSamples(config, **dataset, Split::kTest));
}

std::vector<std::string> Cifar10Files() { return {Cifar10Bytes(0, 1), Cifar10Bytes(5, 2)}; }

// The two files of a run that a page is made of.
void ReadTables(absl::string_view bytes) {
  static_cast<void>(ParseMetricsCsv("f", bytes));
  const auto found = ParsePredictionsCsv("f", bytes);
  if (!found.ok()) return;
  ReportedRun run;
  run.seeds.push_back({"f", ParseMetricsCsv("f", "epoch\n1\n").value(), "", {}});
  run.seeds[0].answers = {*found, {}, false, {}, ""};
  static_cast<void>(ReportPage({run}, ""));
}

std::vector<std::string> Tables() {
  const SampleStats solve;
  return {"epoch,test_accuracy,alpha\n1,0.5,nan\n2,0.75,1\n",
          PredictionsHeader(2) + PredictionsRow(0, Classify({1, 2}, 0), solve, 1e-3, 0.5) +
              PredictionsRow(1, Classify({3, 2}, 0), solve, 1e-3, 0.5)};
}

}  // namespace

const std::vector<FuzzTarget>& FuzzTargets() {
  static const auto* targets = new std::vector<FuzzTarget>{
      {"config", ReadConfig, Configs},
      {"override", ReadOverride, OverrideSeeds},
      {"safetensors", ReadArrays, ArrayFiles},
      {"checkpoint", ReadCheckpoint, Checkpoints},
      {"idx", ReadIdx, IdxFiles},
      {"gzip", ReadGzip, GzipFiles},
      {"mat", ReadMat, MatFiles},
      {"npy", ReadNpy, NpyFiles},
      {"image", ReadImage, Images},
      {"csv", ReadCsv, CsvFiles},
      {"cifar10", ReadCifar10, Cifar10Files},
      {"tables", ReadTables, Tables},
  };
  return *targets;
}

}  // namespace mondeq
