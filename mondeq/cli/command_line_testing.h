// Helps tests to use the program as its users do: by command lines and files.
#ifndef MONDEQ_CLI_COMMAND_LINE_TESTING_H_
#define MONDEQ_CLI_COMMAND_LINE_TESTING_H_

#include <map>
#include <string>
#include <vector>

namespace mondeq {

// How a run of the program ended.
struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

// Runs the program in this process.
Outcome Mondeq(const std::vector<std::string>& arguments);

// A new, empty directory of that name for this test.
std::string NewDirectory(const std::string& name);
// Every file below `directory` with its contents.
std::map<std::string, std::string> FilesIn(const std::string& directory);

std::string Read(const std::string& path);
// Writes the file and returns its path.
std::string Write(const std::string& path, const std::string& contents);

// The newest checkpoint of the run in a folder.
std::string NewestCheckpoint(const std::string& run);

// Returns `text` with the first `from`, which must occur, replaced by `to`.
std::string Replace(std::string text, const std::string& from, const std::string& to);

// An experiment that trains in a few milliseconds: 300 generated digits of 12 x 12 pixels, 20
// units, 10 classes, 2 epochs, alpha 0.5.
std::string TinyExperiment();
// The same on 28 x 28 images in MNIST's format.
std::string TinyMnist();
// Writes the files of its data set: 40 training and 10 test images of noise.
void WriteMnistFiles(const std::string& directory);

// Checks an error as a user sees it: the exit code, and on stderr, after any warnings, one line
// "mondeq: ..." with every one of `parts` in it.
void ExpectError(const Outcome& outcome, int code, const std::vector<std::string>& parts);

}  // namespace mondeq

#endif  // MONDEQ_CLI_COMMAND_LINE_TESTING_H_
