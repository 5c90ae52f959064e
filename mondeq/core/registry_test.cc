#include "mondeq/core/registry.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/testing/drawing.pb.h"

// A kind of plugin and its plugins, in a namespace of their own as in another repository.
namespace elsewhere {

class Shape {
 public:
  using Config = ::mondeq::testing::ShapeConfig;
  struct Context {
    double scale = 1;
    const mondeq::ConfigSource* source = nullptr;
  };
  static constexpr char kKind[] = "shape";
  virtual ~Shape() = default;
  virtual double Area() const = 0;
};

namespace {

using Result = absl::StatusOr<std::unique_ptr<Shape>>;

class FixedArea : public Shape {
 public:
  explicit FixedArea(double area) : area_(area) {}
  double Area() const override { return area_; }

 private:
  double area_;
};

Result MakeCircle(const mondeq::testing::CircleConfig& config, const Shape::Context& context) {
  return std::make_unique<FixedArea>(context.scale * 3 * config.radius() * config.radius());
}

Result MakeSquare(const mondeq::testing::SquareConfig& config, const Shape::Context&) {
  if (config.side() == 13) return absl::InvalidArgumentError("13 is unlucky");
  if (config.side() == 7) return absl::DataLossError("the file is torn");
  return std::make_unique<FixedArea>(config.side() * config.side());
}

// A plugin that holds another one.
Result MakeFrame(const mondeq::testing::FrameConfig& config, const Shape::Context& context) {
  return mondeq::Registry<Shape>::Create(config.content(), *context.source, context);
}

MONDEQ_REGISTER(Shape, mondeq::testing::square, MakeSquare);
MONDEQ_REGISTER(Shape, mondeq::testing::circle, MakeCircle);
MONDEQ_REGISTER(::elsewhere::Shape, ::mondeq::testing::frame, MakeFrame);

}  // namespace
}  // namespace elsewhere

namespace mondeq {
namespace {

using ::elsewhere::Shape;
using ::testing::ElementsAre;

Registry<Shape>::Result Make(const std::string& main) {
  testing::Drawing drawing;
  ConfigSource source;
  const absl::Status status =
      ParseConfig("name: 'x'\nmain {" + main + "}", "f", {}, &drawing, &source);
  if (!status.ok()) return status;
  return Registry<Shape>::Create(drawing.main(), source, {2.0, &source});
}

TEST(RegistryTest, NamesAreShortAndSorted) {
  EXPECT_THAT(Registry<Shape>::Names(), ElementsAre("circle", "frame", "square"));
}

TEST(RegistryTest, KnowsTheKindOnceItHasAPlugin) {
  ASSERT_THAT(Slots(), ElementsAre(Shape::Config::descriptor()));
  EXPECT_EQ(KindName(Slots()[0]), "shape");
  EXPECT_EQ(KindDoc(Slots()[0]), "in a drawing");
}

TEST(RegistryTest, CreatesWithTheConfigAndTheContext) {
  const Registry<Shape>::Result circle = Make("[mondeq.testing.circle] { radius: 2 }");
  ASSERT_TRUE(circle.ok()) << circle.status();
  EXPECT_EQ((*circle)->Area(), 24);
  const Registry<Shape>::Result square = Make("[mondeq.testing.square] {}");
  ASSERT_TRUE(square.ok()) << square.status();
  EXPECT_EQ((*square)->Area(), 9);
}

TEST(RegistryTest, ConfigErrorsOfPluginsGetTheirPlace) {
  EXPECT_EQ(Make(" [mondeq.testing.square] { side: 13 }").status().message(),
            "f:2:8: main.[mondeq.testing.square]: 13 is unlucky");
  EXPECT_EQ(Make("[mondeq.testing.square] { side: 7 }").status(),
            absl::DataLossError("the file is torn"));
}

TEST(RegistryTest, TheInnermostPluginHasThePlace) {
  const absl::Status status =
      Make("[mondeq.testing.frame] {\n content { [mondeq.testing.square] { side: 13 } } }")
          .status();
  EXPECT_EQ(status.message(),
            "f:3:12: main.[mondeq.testing.frame].content.[mondeq.testing.square]: 13 is unlucky");
}

TEST(RegistryTest, UnregisteredPluginNamesTheOthers) {
  const absl::Status status = Make("[mondeq.testing.hexagon] {}").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      status.message(),
      "f:2:7: main.[mondeq.testing.hexagon]: unknown shape \"hexagon\"; known: circle, frame, "
      "square");
}

TEST(RegistryTest, EmptyAndDoubleSlotsAreRefused) {
  testing::ShapeConfig slot;
  absl::Status status = Registry<Shape>::Create(slot, ConfigSource(), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "mondeq.testing.ShapeConfig: expected one shape, found 0; registered: circle, frame, "
            "square");
  slot.MutableExtension(testing::circle);
  slot.MutableExtension(testing::square);
  status = Registry<Shape>::Create(slot, ConfigSource(), {}).status();
  EXPECT_EQ(status.message(),
            "mondeq.testing.ShapeConfig: expected one shape, found 2; registered: circle, frame, "
            "square");
}

TEST(RegistryDeathTest, DuplicatesEndTheProgram) {
  EXPECT_DEATH(Registry<Shape>::Register(testing::circle, "testing::circle", elsewhere::MakeCircle),
               "two plugins register as shape 100: circle and circle");
}

}  // namespace
}  // namespace mondeq
