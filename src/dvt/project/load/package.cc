#include "dvt/project/load/package.h"

#include <algorithm>
#include <optional>
#include <set>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/base/thread/thread_pool.h"

namespace dvt::project {
namespace {

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Which kind a file of a resource folder has; nullopt: not ours.
std::optional<FileKind> KindOf(const std::string& path, FileKind sql_kind) {
  if (EndsWith(path, ".yml") || EndsWith(path, ".yaml")) return FileKind::kProperty;
  if (EndsWith(path, ".md")) return FileKind::kDocs;
  if (sql_kind == FileKind::kSingularTest && path.rfind("fixtures/", 0) == 0)
    return EndsWith(path, ".csv") || EndsWith(path, ".sql") ? std::optional(FileKind::kFixture) : std::nullopt;
  if (EndsWith(path, ".csv")) return sql_kind == FileKind::kSeed ? std::optional(FileKind::kSeed) : std::nullopt;
  if (sql_kind == FileKind::kModel && EndsWith(path, ".py")) return sql_kind;
  if (sql_kind == FileKind::kFunction && (EndsWith(path, ".py") || EndsWith(path, ".js"))) return sql_kind;
  if (!EndsWith(path, ".sql") || sql_kind == FileKind::kSeed) return std::nullopt;
  if (sql_kind == FileKind::kSingularTest && path.rfind("generic/", 0) == 0) return FileKind::kMacro;
  return sql_kind;
}

/// Every run of white space as one blank, none at the ends: what checksums are taken of, so that formatting changes nothing.
std::string OneSpaced(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : TrimView(text)) {
    bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

Status ReadOne(const std::string& root, SourceFile& file) {
  DVT_ASSIGN(std::string text, ReadFile(JoinPath(root, file.original_path)));
  if (file.kind == FileKind::kSeed) {
    file.checksum = Sha256Hex(TrimView(ReplaceAll(std::move(text), "\r\n", "\n")));
    return {};
  }
  if (!IsUtf8(text)) return Error(ErrorCode::kConfig, "The file is not UTF-8 text").At({file.original_path, 0, 0});
  if (text.rfind("\xef\xbb\xbf", 0) == 0) text.erase(0, 3);
  file.checksum = Sha256Hex(OneSpaced(text));
  file.text = std::move(text);
  return {};
}

}  // namespace

Result<std::vector<SourceFile>> ReadPackageFiles(const model::ProjectConfig& config, ThreadPool* pool) {
  struct Root {
    const std::vector<std::string>* folders;
    FileKind kind;
  };
  const Root roots[] = {{&config.model_paths, FileKind::kModel},       {&config.analysis_paths, FileKind::kAnalysis},
                        {&config.function_paths, FileKind::kFunction}, {&config.snapshot_paths, FileKind::kSnapshot},
                        {&config.test_paths, FileKind::kSingularTest}, {&config.macro_paths, FileKind::kMacro},
                        {&config.seed_paths, FileKind::kSeed},         {&config.docs_paths, FileKind::kDocs}};
  std::vector<SourceFile> files;
  std::set<std::string> seen;  // folders may overlap
  for (const auto& root : roots) {
    for (const auto& folder : *root.folders) {
      DVT_ASSIGN(auto paths, ListFiles(JoinPath(config.folder, folder)));
      for (auto& path : paths) {
        auto kind = KindOf(path, root.kind);
        if (!kind || (root.kind == FileKind::kDocs && *kind != FileKind::kDocs)) continue;
        std::string original = folder == "." ? path : JoinPath(folder, path);
        if (!seen.insert(original).second) continue;
        files.push_back({*kind, folder, std::move(path), std::move(original), {}, {}});
      }
    }
  }
  std::vector<Status> results(files.size());
  auto read = [&](int i) { results[static_cast<size_t>(i)] = ReadOne(config.folder, files[static_cast<size_t>(i)]); };
  if (pool) {
    pool->ParallelFor(static_cast<int>(files.size()), read);
  } else {
    for (int i = 0; i < static_cast<int>(files.size()); ++i) read(i);
  }
  for (auto& result : results) DVT_TRY(std::move(result));
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.kind < b.kind; });
  return files;
}

std::string FileStem(const std::string& path) {
  size_t slash = path.rfind('/');
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

std::vector<std::string> Fqn(const std::string& package, const std::string& path, const std::string& name) {
  std::vector<std::string> fqn{package};
  auto parts = Split(path, '/');
  fqn.insert(fqn.end(), parts.begin(), parts.end() - 1);
  fqn.push_back(name);
  return fqn;
}

}  // namespace dvt::project
