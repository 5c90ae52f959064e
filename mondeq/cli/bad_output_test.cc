// Folders and files that results cannot or must not be written to, and runs that cannot be resumed.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"

namespace mondeq {
namespace {

TEST_F(BadInput, OutIsAFile) {
  const std::string path = File("taken", "text");
  Refuses(Trained("train", {"--out=" + path}), kFile, {path, "cannot write"});
}
TEST_F(BadInput, OutIsALinkToNowhere) {
  std::filesystem::create_symlink("none", Path("link"));
  Refuses(Trained("train", {"--out=" + Path("link")}), kFile, {Path("link"), "leads nowhere"});
}
TEST_F(BadInput, OutHoldsARun) {
  Refuses(Trained("train", {"--out=" + run_}), kUsage,
          {"--out", run_ + "/metrics.csv", "--resume"});
}
TEST_F(BadInput, OutHoldsAnotherExperiment) {
  File("experiment.textproto", "name: \"mine\"");
  Refuses(Trained("train", {"--out=" + directory_}), kUsage,
          {"--out", directory_ + "/experiment.textproto"});
}
TEST_F(BadInput, OutCannotBeMade) {
  Refuses(Trained("train", {"--out=/proc/none/out"}), kFile, {"/proc/none/out", "cannot write"});
}
TEST_F(BadInput, NothingToResume) {
  Refuses(Trained("train", {"--out=" + directory_, "--resume"}), kFile,
          {directory_ + "/checkpoint", "resume"});
  Refuses(Trained("train", {"--resume"}), kUsage, {"--resume", "--out"});
}
TEST_F(BadInput, ResumeOfAnotherExperiment) {
  Refuses(Trained("train", {"--out=" + run_, "--resume", "--epochs=3", "--seed=77"}), kUsage,
          {run_ + "/checkpoint", "seed", "77"});
}
TEST_F(BadInput, UnwritableOutput) {
  const std::string input = GoodInput();
  const std::string none = Path("none/y");
  for (const std::string& path : {none, directory_}) {
    Refuses(Trained("solve", {"--weights=" + Weights(), "--input=" + input, "--output=" + path}),
            kFile, {path, "cannot write"});
    Refuses(Trained("eval", {"--weights=" + Weights(), "--output=" + path}), kFile,
            {path, "cannot write"});
    Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + input, "--output=" + path}),
            kFile, {path, "cannot write"});
  }
}
// Whatever name or link leads to it.
TEST_F(BadInput, OutputIsAnInput) {
  const std::string input = GoodInput(), weights = File("w", Read(Weights()));
  std::filesystem::create_symlink(input, Path("link"));
  std::filesystem::create_hard_link(weights, Path("hard"));
  const std::string config = File("c.textproto", TinyExperiment());
  const Strings files = {"--weights=" + weights, "--input=" + input, "--config=" + config};
  const std::vector<std::pair<std::string, std::string>> outputs = {
      {input, "--input"},
      {Path("../" + std::filesystem::path(directory_).filename().string() + "/x.safetensors"),
       "--input"},
      {Path("link"), "--input"},
      {Path("hard"), "--weights"},
      {config, "--config"}};
  for (const auto& [output, flag] : outputs) {
    for (const char* const verb : {"solve", "predict"}) {
      Refuses({verb, files[0], files[1], files[2], "--output=" + output}, kUsage,
              {"--output: " + output, "is the file of " + flag});
    }
  }
  for (const auto& [output, flag] : {outputs[3], outputs[4]}) {
    Refuses({"eval", files[0], files[2], "--output=" + output}, kUsage,
            {"--output: " + output, "is the file of " + flag});
  }
  Refuses({"import", "--format=monotone_op_net", files[0], files[2], "--output=" + weights}, kUsage,
          {"--output: " + weights, "is the file of --weights"});
  EXPECT_EQ(Mondeq({"predict", files[0], files[1], "--output=" + Path("new.csv")}).code, 0);
}
TEST_F(BadInput, OutputIsAFileOfARun) {
  std::filesystem::create_directory_symlink(run_, Path("link"));
  const std::string weights = File("w", Read(Weights())), input = GoodInput();
  for (const char* const name :
       {"/experiment.textproto", "/metrics.csv", "/weights.safetensors", "/.mondeq-lock",
        "/best.safetensors", "/checkpoint/step-000000006.safetensors", "/checkpoint/new"}) {
    for (const std::string& folder : {run_, Path("link")}) {
      Refuses({"solve", "--weights=" + weights, "--input=" + input, "--output=" + folder + name},
              kUsage, {"--output: " + folder + name, "is a file of the run in ", "trained/run"});
    }
  }
  // Names of other files are free there, and these names elsewhere.
  for (const std::string& output : {run_ + "/classes.csv", Path("metrics.csv")}) {
    const Outcome outcome =
        Mondeq({"predict", "--weights=" + weights, "--input=" + input, "--output=" + output});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  }
  std::filesystem::remove(run_ + "/classes.csv");
}
TEST_F(BadInput, DashIsNoFile) {
  for (const char* const flag : {"config", "weights", "input", "output"}) {
    Refuses({"predict", std::string("--") + flag + "=-"}, kUsage,
            {std::string("--") + flag, "found \"-\"", "/dev/stdout", "./-"});
  }
  Refuses(Trained("train", {"--out", "-"}), kUsage, {"--out: expected a folder, found \"-\""});
}
TEST_F(BadInput, OutputOntoAFullDevice) {
  const std::string input = GoodInput();
  Refuses(Trained("solve", {"--weights=" + Weights(), "--input=" + input, "--output=/dev/full"}),
          kFile, {"/dev/full", "full"});
}

}  // namespace
}  // namespace mondeq
