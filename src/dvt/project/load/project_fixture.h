#pragma once
// A project made of inline files in a scratch folder, for the tests of this folder.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <string>

#include "dvt/base/fs/files.h"
#include "dvt/base/thread/thread_pool.h"
#include "dvt/project/load/fake_frontend.h"
#include "dvt/project/load/load.h"

namespace dvt::project {

class ProjectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/dvt_project_XXXXXX";
    folder_ = mkdtemp(name);
    File("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: p\n");
    File("profiles.yml",
         "p:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: wh.duckdb, schema: q}\n    crm: {type: sqlite, path: "
         "crm.db}\n");
    options_.project_dir = folder_;
    options_.home = folder_ + "/home";
    options_.env = [this](const std::string& variable) -> std::optional<std::string> {
      auto found = env_.find(variable);
      return found == env_.end() ? std::nullopt : std::optional(found->second);
    };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void File(const std::string& path, const std::string& text) { ASSERT_TRUE(WriteFileAtomic(folder_ + "/" + path, text)); }

  model::Manifest Load() {
    ThreadPool pool(2);
    auto manifest = LoadProject(options_, frontend_, &pool);
    EXPECT_TRUE(manifest) << manifest.error().ToString();
    return manifest ? *std::move(manifest) : model::Manifest();
  }
  /// The error text, or "no error".
  std::string LoadError() {
    auto manifest = LoadProject(options_, frontend_, nullptr);
    return manifest ? "no error" : ReplaceAll(manifest.error().ToString(), folder_ + "/", "");
  }
  static std::string Warnings(const model::Manifest& manifest) {
    std::string text;
    for (const auto& item : manifest.diagnostics.items())
      text += item.code + " " + item.place.ToString() + ": " + item.message + "\n";
    return text;
  }

  std::string folder_;
  std::map<std::string, std::string> env_;
  LoadOptions options_;
  FakeFrontend frontend_;
};

}  // namespace dvt::project
