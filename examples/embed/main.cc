// Classifies images with a trained model: classify WEIGHTS IMAGES...
// The images are files of raw bytes, channel by channel, row by row.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "mondeq/inference/predictor.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto model = mondeq::Predictor::Load(argv[1]);
  if (!model.ok()) {
    std::cerr << model.status().message() << "\n";
    return 1;
  }
  const mondeq::Features& input = (*model)->input();
  for (int i = 2; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    bytes.resize(static_cast<std::size_t>(input.dim()));
    const auto* pixels = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::vector<float> probabilities(static_cast<std::size_t>((*model)->classes()));
    const absl::Status status = (*model)->Predict({pixels, {1, input.dim()}}, {},
                                                  {probabilities.data(), {1, (*model)->classes()}});
    if (!status.ok()) std::cerr << argv[i] << ": " << status.message() << "\n";
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    std::cout << argv[i] << ": " << best - probabilities.begin() << " (" << *best << ")\n";
  }
}
