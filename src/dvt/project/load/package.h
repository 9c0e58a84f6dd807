#pragma once

#include <string>
#include <vector>

#include "dvt/base/fwd.h"
#include "dvt/base/result/result.h"
#include "dvt/model/project.h"
#include "dvt/project/load/template_frontend.h"

namespace dvt::project {

enum class FileKind { kModel, kFunction, kAnalysis, kSnapshot, kSingularTest, kMacro, kSeed, kProperty, kDocs, kFixture };

/// One file of a package.
struct SourceFile {
  FileKind kind = FileKind::kModel;
  std::string folder;         ///< the resource folder, "models"
  std::string path;           ///< relative to the resource folder
  std::string original_path;  ///< relative to the project folder
  std::string text;           ///< seeds: left empty
  std::string checksum;       ///< sha256 of the text with white space evened out; seeds: of the stripped text
};

/// The root project or an installed package.
struct Package {
  model::ProjectConfig config;
  bool root = false;
  YamlScope scope;  ///< with the package's effective variables
  std::vector<SourceFile> files;
};

/// Lists and reads every file of the package, in parallel if `pool` is not null. Sorted by kind, then path.
Result<std::vector<SourceFile>> ReadPackageFiles(const model::ProjectConfig& config, ThreadPool* pool);

/// "models/a/b.sql" → "b".
std::string FileStem(const std::string& path);
/// [package, folders of the path…, name].
std::vector<std::string> Fqn(const std::string& package, const std::string& path, const std::string& name);

}  // namespace dvt::project
