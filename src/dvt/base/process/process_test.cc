#include "dvt/base/process/process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "dvt/base/process/shared_library.h"

namespace dvt {

TEST(ProcessTest, OutputCodeFolderEnvironment) {
  auto said = RunProcess({"sh", "-c", "pwd; echo $MARK; echo wrong >&2; exit 3"}, "/", {{"MARK", "x y"}}, {});
  ASSERT_TRUE(said) << said.error().ToString();
  EXPECT_EQ(said->code, 3);
  EXPECT_EQ(said->output, "/\nx y\nwrong\n");
}

TEST(ProcessTest, UnknownProgram) {
  auto said = RunProcess({"no-such-program-here"}, "", {}, {});
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code(), ErrorCode::kNotFound);
}

TEST(ProcessTest, Cancelled) {
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  auto said = RunProcess({"sh", "-c", "sleep 30 & sleep 30"}, "", {}, stop.get_token());
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(SharedLibraryTest, FunctionsByName) {
  const auto function = FindFunction("libm.so.6", "cos");
  ASSERT_TRUE(function) << function.error().ToString();
  EXPECT_EQ(reinterpret_cast<double (*)(double)>(*function)(0), 1);
  EXPECT_EQ(*FindFunction("libm.so.6", "cos"), *function);
  const auto missing = FindFunction("libm.so.6", "no_such_function_here");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message().find("no_such_function_here"), std::string::npos) << missing.error().ToString();
  const auto nowhere = FindFunction("libno_such_library_here.so", "cos");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code(), ErrorCode::kConfig);
  EXPECT_NE(nowhere.error().hint().find("libno_such_library_here.so"), std::string::npos) << nowhere.error().ToString();
}

}  // namespace dvt
