#include "mondeq/data/encode_png.h"

#include "gtest/gtest.h"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

TEST(EncodePngTest, IsReadBack) {
  Random random(1);
  for (const Features& features :
       {Features{1, 1, 1}, Features{28, 28, 1}, Features{32, 31, 3}, Features{1, 300, 3}}) {
    Image image{features, {}};
    for (Index i = 0; i < features.dim(); ++i) {
      image.pixels.push_back(static_cast<std::uint8_t>(random.Below(256)));
    }
    const absl::StatusOr<std::string> png = EncodePng(image);
    ASSERT_TRUE(png.ok()) << png.status();
    const Image read = ParseImage(*png, "png").value();
    EXPECT_EQ(read.features, features);
    EXPECT_EQ(read.pixels, image.pixels);
  }
}

}  // namespace
}  // namespace mondeq
