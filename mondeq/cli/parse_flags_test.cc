#include "mondeq/cli/parse_flags.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/flags.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string>& Allowed() {
  static const auto* allowed = new std::vector<std::string>{
      "config", "set", "resume", "epochs", "tol", "threads", "out", "data_dir"};
  return *allowed;
}

ParsedArguments Parse(const std::vector<std::string>& arguments) {
  const absl::StatusOr<ParsedArguments> parsed = ParseFlags("try", Allowed(), arguments);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *parsed : ParsedArguments();
}

std::string Error(const std::vector<std::string>& arguments) {
  const absl::StatusOr<ParsedArguments> parsed = ParseFlags("try", Allowed(), arguments);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(parsed.status().message());
}

TEST(ParseFlagsTest, TakesBothWaysOfGivingAValue) {
  const ParsedArguments parsed = Parse({"--config=a=b", "--epochs", "12", "--tol", "-1e-3"});
  EXPECT_THAT(parsed.given, ElementsAre("config", "epochs", "tol"));
  EXPECT_THAT(parsed.positional, IsEmpty());
  EXPECT_EQ(absl::GetFlag(FLAGS_config), "a=b");
  EXPECT_EQ(absl::GetFlag(FLAGS_epochs), 12);
  EXPECT_EQ(absl::GetFlag(FLAGS_tol), -1e-3);
}

TEST(ParseFlagsTest, TakesBooleans) {
  Parse({"--resume"});
  EXPECT_EQ(absl::GetFlag(FLAGS_resume), Choice::kYes);
  Parse({"--noresume"});
  EXPECT_EQ(absl::GetFlag(FLAGS_resume), Choice::kNo);
  Parse({"--resume=true"});
  EXPECT_EQ(absl::GetFlag(FLAGS_resume), Choice::kYes);
  Parse({"--resume=auto"});
  EXPECT_EQ(absl::GetFlag(FLAGS_resume), Choice::kAuto);
  // A boolean never takes the next argument.
  EXPECT_THAT(Parse({"--resume", "false"}).positional, ElementsAre("false"));
}

TEST(ParseFlagsTest, GathersRepeatedFlags) {
  Parse({"--set=a=1,2", "--set", "b={ c: 3 }", "--set=d=\n4"});
  EXPECT_THAT(absl::GetFlag(FLAGS_set).values, ElementsAre("a=1,2", "b={ c: 3 }", "d= 4"));
}

TEST(ParseFlagsTest, OthersAreGivenOnce) {
  EXPECT_EQ(Error({"--threads=2", "--threads=3"}), "--threads: expected once, found twice");
  EXPECT_EQ(Error({"--config", "a", "--config=a"}), "--config: expected once, found twice");
  EXPECT_EQ(Error({"--resume", "--noresume"}), "--resume: expected once, found twice");
}

TEST(ParseFlagsTest, StartsFromDefaults) {
  Parse({"--config=a", "--set=b=1", "--epochs=3", "--resume", "--threads=4"});
  Parse({});
  EXPECT_EQ(absl::GetFlag(FLAGS_config), "");
  EXPECT_THAT(absl::GetFlag(FLAGS_set).values, IsEmpty());
  EXPECT_FALSE(absl::GetFlag(FLAGS_epochs).has_value());
  EXPECT_EQ(absl::GetFlag(FLAGS_resume), Choice::kNo);
  EXPECT_EQ(absl::GetFlag(FLAGS_threads), 0);
  EXPECT_EQ(absl::GetFlag(FLAGS_dtype), "float32");
}

TEST(ParseFlagsTest, ExpandsHomeFoldersInPaths) {
  ASSERT_EQ(setenv("HOME", "/home/me", 1), 0);
  const passwd* me = getpwuid(getuid());
  ASSERT_NE(me, nullptr);
  Parse({"--config=~/c.textproto", "--out", "~", absl::StrCat("--data_dir=~", me->pw_name, "/data"),
         "--set=name=~/x"});
  EXPECT_EQ(absl::GetFlag(FLAGS_config), "/home/me/c.textproto");
  EXPECT_EQ(absl::GetFlag(FLAGS_out), "/home/me");
  EXPECT_EQ(absl::GetFlag(FLAGS_data_dir), absl::StrCat(me->pw_dir, "/data"));
  EXPECT_THAT(absl::GetFlag(FLAGS_set).values, ElementsAre("name=~/x")) << "this is no path";
  EXPECT_THAT(Error({"--out=~no_such_user/x"}), HasSubstr("--out: ~no_such_user/x: no user"));
  for (const char* const name : {"config", "weights", "input", "output", "out", "data_dir"}) {
    EXPECT_THAT(ValueName(GetFlagNamed(name)), ::testing::AnyOf("FILE", "DIR")) << name;
  }
}

// Nothing is written to folders called "s3:" or "$HOME".
TEST(ParseFlagsTest, RefusesWhatIsNoPath) {
  EXPECT_EQ(Error({"--out=s3://bucket/run"}),
            "--out: expected a path on this machine, found the URL s3://bucket/run");
  EXPECT_EQ(Error({"--data_dir", "file:///data"}),
            "--data_dir: expected a path on this machine, found the URL file:///data; write /data");
  for (const char* const variable : {"$HOME", "${HOME}", "$_x"}) {
    for (const char* const before : {"", "/tmp/", "a/b/"}) {
      const std::string path = absl::StrCat(before, variable, "/x");
      EXPECT_THAT(Error({"--out=" + path}),
                  HasSubstr(absl::StrCat("--out: ", path, ": expected a path, found ", variable,
                                         ", which the shell has not expanded")));
    }
  }
  for (const char* const path : {"a$b", "$", "$1", "x:/y", "://x", "a/b://c"}) {
    Parse({absl::StrCat("--out=", path)});
  }
  // A folder that is there is meant.
  const std::string folder = ::testing::TempDir() + "/$there";
  std::filesystem::create_directories(folder);
  Parse({"--out=" + folder + "/run"});
}

TEST(ParseFlagsTest, LeavesPositionalArguments) {
  EXPECT_THAT(Parse({"a", "--config=b", "-", "--", "--resume"}).positional,
              ElementsAre("a", "-", "--resume"));
}

// The dashes and the other verb's flags do not lead to another name.
TEST(ParseFlagsTest, SuggestsWhatIsNearest) {
  EXPECT_THAT(Error({"--epoch=3"}), HasSubstr("\"--epoch\"; did you mean \"--epochs\"?"));
  EXPECT_THAT(Error({"--Epochs=3"}), HasSubstr("\"--Epochs\"; did you mean \"--epochs\"?"));
  EXPECT_THAT(Error({"--data-dir=x"}), HasSubstr("did you mean \"--data_dir\"?"));
  EXPECT_THAT(Error({"--devices=cpu"}), HasSubstr("it does not take --device either; its flags: "));
  const std::string junk = Error({"--qqqqqqqqqqqqqqq"});
  EXPECT_THAT(junk, ::testing::Not(HasSubstr("did you mean")));
  EXPECT_THAT(junk, ::testing::Not(HasSubstr("either")));
  EXPECT_THAT(junk, HasSubstr("replaced by --set=PATH=VALUE"));
}

TEST(ParseFlagsTest, PlacesOfTheConfigAreNoFlags) {
  EXPECT_EQ(Error({"--tolerance=1e-3"}),
            "unknown flag of try \"--tolerance\"; that is a value of the config: "
            "--set=model.equilibrium.splitting.tolerance=VALUE or "
            "--set=model.equilibrium.gradient.exact.tolerance=VALUE or "
            "--set=model.equilibrium.gradient.splitting.tolerance=VALUE");
  EXPECT_THAT(Error({"--batch-size=3"}), HasSubstr(": --set=data.batch_size=VALUE"));
}

TEST(ParseFlagsTest, RefusesWithOneClearLine) {
  EXPECT_THAT(Error({"--confg=a"}), HasSubstr("\"--confg\"; did you mean \"--config\"?"));
  // Though values of the config have that name too.
  for (const std::string flag : {"-config", "-epochs", "-data_dir"}) {
    EXPECT_THAT(Error({flag + "=3"}),
                HasSubstr("\"" + flag + "\"; did you mean \"-" + flag + "\"?"));
  }
  EXPECT_THAT(Error({"-seed", "3"}), HasSubstr("try does not take --seed"));
  EXPECT_THAT(Error({"--dtype=float64"}), HasSubstr("try does not take --dtype"));
  EXPECT_THAT(Error({"--noconfig"}), HasSubstr("\"--noconfig\""));
  EXPECT_EQ(Error({"--config="}), "--config: expected a value, found none");
  EXPECT_EQ(Error({"--config", "--resume"}), "--config: expected a value, found none");
  EXPECT_EQ(Error({"--epochs=x"}), "--epochs: expected an integer, found \"x\"");
  EXPECT_EQ(Error({"--threads=99999999999"}),
            "--threads: expected an integer below 2^31, found \"99999999999\"");
  EXPECT_EQ(Error({"--epochs=9223372036854775808"}),
            "--epochs: expected an integer below 2^63, found \"9223372036854775808\"");
  EXPECT_EQ(Error({"--epochs=1e3"}), "--epochs: expected an integer, found \"1e3\"");
  EXPECT_EQ(Error({"--tol=x"}), "--tol: expected a number, found \"x\"");
  EXPECT_EQ(Error({"--resume=x"}), "--resume: expected true, false or auto, found \"x\"");
}

}  // namespace
}  // namespace mondeq
