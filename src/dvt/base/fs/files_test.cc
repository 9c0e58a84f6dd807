#include "dvt/base/fs/files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

namespace dvt {
namespace {

class FilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/dvt_files_XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(FilesTest, WritesReadsAndLists) {
  std::string big(100'000, 'x');
  ASSERT_TRUE(WriteFileAtomic(folder_ + "/a/b/c.txt", big));
  ASSERT_TRUE(WriteFileAtomic(folder_ + "/z.sql", ""));
  ASSERT_TRUE(WriteFileAtomic(folder_ + "/.hidden", "no"));
  EXPECT_EQ(*ReadFile(folder_ + "/a/b/c.txt"), big);
  EXPECT_EQ(*ReadFile(folder_ + "/z.sql"), "");
  EXPECT_EQ(*ListFiles(folder_), (std::vector<std::string>{"a/b/c.txt", "z.sql"}));
  EXPECT_TRUE(FileExists(folder_ + "/z.sql"));
  EXPECT_FALSE(FileExists(folder_));
  EXPECT_TRUE(IsFolder(folder_ + "/a"));
}

TEST_F(FilesTest, MissingThings) {
  auto file = ReadFile(folder_ + "/none");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(ReadFile(folder_));
  EXPECT_TRUE(ListFiles(folder_ + "/none")->empty());
}

TEST_F(FilesTest, WriteFailureLeavesTheOldFileAndNoLitter) {
  ASSERT_TRUE(MakeFolders(folder_ + "/d/target"));
  EXPECT_FALSE(WriteFileAtomic(folder_ + "/d/target", "x"));
  EXPECT_TRUE(ListFiles(folder_)->empty());
}

TEST_F(FilesTest, WhatAFileHoldsAlreadyIsNotWritten) {
  const std::string path = folder_ + "/a/b.sql";
  const auto written = [&] { return std::filesystem::last_write_time(path); };
  ASSERT_TRUE(WriteFileIfChanged(path, "select 1\n"));
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(path, old);
  const auto before = written();
  ASSERT_TRUE(WriteFileIfChanged(path, "select 1\n"));
  EXPECT_EQ(written(), before);
  ASSERT_TRUE(WriteFileIfChanged(path, "select 2\n"));
  EXPECT_NE(written(), before);
  EXPECT_EQ(*ReadFile(path), "select 2\n");
  ASSERT_TRUE(WriteFileIfChanged(path, "x"));
  EXPECT_EQ(*ReadFile(path), "x");
  ASSERT_TRUE(MakeFolders(folder_ + "/folder"));
  EXPECT_FALSE(WriteFileIfChanged(folder_ + "/folder", "x"));
}

TEST(Paths, JoinAndAbsolute) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(AbsolutePath("/a/./b/../c/"), "/a/c");
}

TEST(Glob, Matches) {
  EXPECT_TRUE(GlobMatch("*_a", "stg_a"));
  EXPECT_TRUE(GlobMatch("int_?", "int_c"));
  EXPECT_TRUE(GlobMatch("[de]", "d"));
  EXPECT_FALSE(GlobMatch("[!de]", "d"));
  EXPECT_TRUE(GlobMatch("[a-f]x", "cx"));
  EXPECT_FALSE(GlobMatch("a/*", "a/b/c"));
  EXPECT_TRUE(GlobMatch("a/**", "a/b/c"));
  EXPECT_TRUE(GlobMatch("a/**/c.sql", "a/c.sql"));
  EXPECT_TRUE(GlobMatch("a/**/c.sql", "a/x/y/c.sql"));
  EXPECT_FALSE(GlobMatch("a", "ab"));
  EXPECT_TRUE(GlobMatch("*", ""));
}

}  // namespace
}  // namespace dvt
