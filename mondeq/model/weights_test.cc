#include "mondeq/model/weights.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "mondeq/model/small_model_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class WeightsTest : public ::testing::Test {
 protected:
  WeightsTest()
      : path_(absl::StrCat(::testing::TempDir(), "/",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name(),
                           ".safetensors")) {}

  // What the file holds, taken into the model.
  absl::Status Load(Model* model) const {
    return TakeParameters(path_, /*prefix=*/"", *ReadSafetensors(path_), model);
  }

  // Writes the small model's weights, changed, and expects the message of loading them.
  template <class Change>
  void ExpectRefused(Change change, const ::testing::Matcher<std::string>& message) {
    SmallModel small;
    ASSERT_TRUE(SaveWeights(path_, {}, *small.model).ok());
    Safetensors file = *ReadSafetensors(path_);
    change(&file);
    ASSERT_TRUE(WriteSafetensors(path_, file).ok());
    SmallModelOptions other;
    other.seed = 99;
    SmallModel reader(other);
    const std::vector<double> before = ParameterValues(*reader.model);
    const absl::Status status = Load(reader.model.get());
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(path_), message));
    EXPECT_EQ(ParameterValues(*reader.model), before);
  }

  std::string path_;
};

TEST_F(WeightsTest, ComeBack) {
  SmallModelOptions other;
  other.seed = 99;
  SmallModel writer, reader(other);
  ASSERT_NE(ParameterValues(*writer.model), ParameterValues(*reader.model));
  ASSERT_TRUE(SaveWeights(path_, {}, *writer.model).ok());
  ASSERT_TRUE(Load(reader.model.get()).ok());
  EXPECT_EQ(ParameterValues(*writer.model), ParameterValues(*reader.model));
}

TEST_F(WeightsTest, HaveTheDocumentedNames) {
  SmallModelOptions options;
  options.overrides = {"equilibrium.operator.dense.weight_normalization=true"};
  SmallModel small(options);
  ASSERT_TRUE(SaveWeights(path_, {{"experiment", "small"}}, *small.model).ok());
  const Safetensors file = *ReadSafetensors(path_);
  const auto shape = [&](const std::string& name) { return file.arrays.at(name).shape; };
  EXPECT_EQ(file.arrays.size(), 8u);
  EXPECT_THAT(shape("operator.A"), ::testing::ElementsAre(12, 12));
  EXPECT_THAT(shape("operator.B"), ::testing::ElementsAre(12, 12));
  EXPECT_THAT(shape("operator.gamma"), ::testing::ElementsAre(1));
  EXPECT_THAT(shape("operator.h"), ::testing::ElementsAre(1));
  EXPECT_THAT(shape("injection.weight"), ::testing::ElementsAre(12, 10));
  EXPECT_THAT(shape("injection.bias"), ::testing::ElementsAre(12));
  EXPECT_THAT(shape("readout.weight"), ::testing::ElementsAre(3, 12));
  EXPECT_THAT(shape("readout.bias"), ::testing::ElementsAre(3));
  EXPECT_EQ(file.arrays.at("operator.A").type, ElementType::kFloat32);
  EXPECT_EQ(file.metadata.at("format"), "mondeq");
  EXPECT_EQ(file.metadata.at("experiment"), "small");
  EXPECT_EQ(file.metadata.at("splitting"), "mondeq.peaceman_rachford");
}

TEST_F(WeightsTest, AreConvertedToTheModelsType) {
  SmallModelOptions options;
  options.dtype = DType::kFloat64;
  SmallModel wide(options), narrow;
  ASSERT_TRUE(SaveWeights(path_, {}, *wide.model).ok());
  ASSERT_TRUE(Load(narrow.model.get()).ok());
  const std::vector<double> from = ParameterValues(*wide.model);
  const std::vector<double> to = ParameterValues(*narrow.model);
  for (std::size_t i = 0; i < from.size(); ++i) EXPECT_EQ(to[i], static_cast<float>(from[i]));
}

// The tuned alpha travels with the weights, but not to another method, for which it means nothing.
TEST_F(WeightsTest, KeepTheTunedAlpha) {
  SmallModelOptions options;
  options.overrides = {"equilibrium.splitting.peaceman_rachford.alpha.tune={}"};
  SmallModel writer(options), reader(options);
  writer.model->set_alpha(0.123456789012345678);
  ASSERT_TRUE(SaveWeights(path_, {}, *writer.model).ok());
  ASSERT_TRUE(Load(reader.model.get()).ok());
  EXPECT_EQ(reader.model->alpha(), writer.model->alpha());

  options.overrides = {"equilibrium.splitting.douglas_rachford.alpha.tune={}"};
  SmallModel other(options);
  ASSERT_TRUE(Load(other.model.get()).ok());
  EXPECT_NE(other.model->alpha(), writer.model->alpha());
}

TEST_F(WeightsTest, MissingParameterIsRefused) {
  ExpectRefused([](Safetensors* file) { file->arrays.erase("operator.B"); },
                AllOf(HasSubstr("operator.B"), HasSubstr("[12, 12]"), HasSubstr("found none")));
}

TEST_F(WeightsTest, SurplusParameterIsRefused) {
  ExpectRefused(
      [](Safetensors* file) { file->arrays["operator.C"] = file->arrays["readout.bias"]; },
      AllOf(HasSubstr("operator.C"), HasSubstr("F32[3]"), HasSubstr("operator.A")));
}

TEST_F(WeightsTest, NamesWithSomethingBeforeThemAreTold) {
  ExpectRefused(
      [](Safetensors* file) {
        Safetensors renamed;
        for (const auto& entry : file->arrays)
          renamed.arrays["param." + entry.first] = entry.second;
        *file = renamed;
      },
      HasSubstr("found none, but param.operator.A: leave out \"param.\""));
}

// Masks and counters of other programs, say.
TEST_F(WeightsTest, ArraysOfOtherTypesMayBeThere) {
  SmallModel writer, reader;
  ASSERT_TRUE(SaveWeights(path_, {}, *writer.model).ok());
  Safetensors file = *ReadSafetensors(path_);
  file.arrays["mask"] = HostArray{ElementType::kOther, {3}, "", "BOOL"};
  file.arrays["pixels"] = HostArray::From<std::uint8_t>({1}, std::vector<std::uint8_t>{1});
  file.arrays["num_batches_tracked"] =
      HostArray::From<std::int64_t>({}, std::vector<std::int64_t>{7});
  file.arrays["steps"] = HostArray::From<std::int32_t>({1}, std::vector<std::int32_t>{7});
  EXPECT_TRUE(TakeParameters(path_, /*prefix=*/"", file, reader.model.get()).ok());
}

// What is needed must be of a type that is read.
TEST_F(WeightsTest, OtherTypesAreRefusedByTheirNames) {
  SmallModel writer, reader;
  ASSERT_TRUE(SaveWeights(path_, {}, *writer.model).ok());
  Safetensors file = *ReadSafetensors(path_);
  for (const HostArray& array :
       {HostArray{ElementType::kOther, {3}, "", "F8_E4M3"},
        HostArray::From<std::int64_t>({3}, std::vector<std::int64_t>{1, 2, 3})}) {
    file.arrays["readout.bias"] = array;
    const absl::Status status = TakeParameters(path_, /*prefix=*/"", file, reader.model.get());
    EXPECT_EQ(
        status.message(),
        absl::StrCat(path_, ": readout.bias: expected F32, F64, F16 or BF16 of shape [3], found ",
                     ToString(array)));
  }
}

TEST_F(WeightsTest, WrongShapeIsRefused) {
  ExpectRefused(
      [](Safetensors* file) {
        file->arrays["readout.weight"].shape = {12, 3};
      },
      AllOf(HasSubstr("readout.weight"), HasSubstr("[3, 12]"), HasSubstr("[12, 3]")));
}

TEST_F(WeightsTest, NumbersThatAreNotFiniteInTheModelsTypeAreRefused) {
  const auto with = [](double value) {
    return [value](Safetensors* file) {
      std::vector<double> values(12 * 12, 0.25);
      values[17] = value;
      file->arrays["operator.B"] = HostArray::From<double>({12, 12}, values);
    };
  };
  ExpectRefused(with(std::nan("")), HasSubstr("operator.B: expected finite numbers, found nan at "
                                              "element 17"));
  ExpectRefused(with(-HUGE_VAL), HasSubstr("found -inf at element 17"));
  ExpectRefused(with(-1e300),
                AllOf(HasSubstr("float32"), HasSubstr("found -1e+300 at element 17")));

  SmallModelOptions options;
  options.dtype = DType::kFloat64;
  SmallModel wide(options);
  ASSERT_TRUE(SaveWeights(path_, {}, *wide.model).ok());
  Safetensors file = *ReadSafetensors(path_);
  with(-1e100)(&file);
  EXPECT_TRUE(TakeParameters(path_, "", file, wide.model.get()).ok());
}

// L takes longer to find than a sample takes to solve.
TEST_F(WeightsTest, TellLipschitzAndAlphaIsChosenFromIt) {
  SmallModel writer, reader;
  ASSERT_TRUE(SaveWeights(path_, {}, *writer.model).ok());
  Safetensors file = *ReadSafetensors(path_);
  EXPECT_EQ(file.metadata.at("lipschitz"),
            absl::StrFormat("%.17g", writer.model->op().Lipschitz()));
  file.metadata["lipschitz"] = "100";
  ASSERT_TRUE(TakeParameters(path_, "", file, reader.model.get()).ok());
  EXPECT_EQ(reader.model->Lipschitz(), 100);
  EXPECT_DOUBLE_EQ(reader.model->alpha(), reader.model->method().AutomaticAlpha(1, 100));
  // One of other weights is not believed.
  Safetensors changed = file;
  changed.arrays["operator.B"].bytes[0] ^= 1;
  ASSERT_TRUE(TakeParameters(path_, "", changed, reader.model.get()).ok());
  EXPECT_NEAR(reader.model->Lipschitz(), writer.model->op().Lipschitz(), 1e-5);
  // Nor is one of another m.
  SmallModelOptions other;
  other.overrides = {"equilibrium.operator.dense.m=0.5"};
  SmallModel weaker(other);
  ASSERT_TRUE(TakeParameters(path_, "", file, weaker.model.get()).ok());
  EXPECT_LT(weaker.model->Lipschitz(), 10);
  // In float64 it is the same.
  for (auto& array : file.arrays) {
    array.second = HostArray::From<double>(array.second.shape, array.second.ToDoubles());
  }
  ASSERT_TRUE(TakeParameters(path_, "", file, reader.model.get()).ok());
  EXPECT_EQ(reader.model->Lipschitz(), 100);
  // It is forgotten when the weights change, and found anew.
  reader.model->ParametersChanged();
  EXPECT_EQ(reader.model->Lipschitz(), writer.model->op().Lipschitz());
  // Files of other programs and of earlier versions do not have it.
  file.metadata.erase("lipschitz");
  ASSERT_TRUE(TakeParameters(path_, "", file, reader.model.get()).ok());
  EXPECT_EQ(reader.model->Lipschitz(), writer.model->op().Lipschitz());
}

TEST_F(WeightsTest, WritingIntoNoFolderIsAnError) {
  SmallModel small;
  EXPECT_FALSE(SaveWeights("/nonexistent/w.safetensors", {}, *small.model).ok());
}

}  // namespace
}  // namespace mondeq
