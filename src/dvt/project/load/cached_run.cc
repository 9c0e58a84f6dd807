// Loading with the findings of an earlier run.
#include <algorithm>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"

namespace dvt::project {
namespace {

// Pieces with their lengths, so that no two lists of them are alike.
class Inputs {
 public:
  void Add(std::string_view piece) {
    text_ += std::to_string(piece.size());
    text_ += ':';
    text_ += piece;
  }
  void AddTree(const Value& value) { Add(ToJson(value)); }
  std::string Digest() const { return Sha256Hex(text_); }

 private:
  std::string text_;
};

void AddFile(Inputs& inputs, const std::string& path) {
  const auto text = FileExists(path) ? ReadFile(path) : Result<std::string>(std::string("-"));
  inputs.Add(text ? std::string_view(*text) : std::string_view("?"));
}

}  // namespace

// Everything that the stages after LoadPackages look at, but environment variables.
std::string Loader::CacheKey() const {
  Inputs inputs;
  for (const std::string* text :
       {&options_.program_stamp, &options_.project_dir, &home_, &manifest_.target, &manifest_.profile.name})
    inputs.Add(*text);
  inputs.Add(target_forced_ ? "forced" : "default");
  inputs.Add(std::to_string(manifest_.profile.threads));
  inputs.AddTree(manifest_.profile.outputs);
  for (const auto& [name, why] : manifest_.profile.broken_outputs) inputs.Add(name + why);
  inputs.AddTree(manifest_.cli_vars);
  for (const auto& finding : manifest_.diagnostics.items()) inputs.Add(finding.place.ToString() + finding.message);
  AddFile(inputs, JoinPath(manifest_.project.folder, "selectors.yml"));
  for (const auto& package : packages_) {
    inputs.Add(package->config.folder);
    AddFile(inputs, package->config.file);
    inputs.AddTree(package->config.raw);
    inputs.AddTree(package->scope.vars);
    inputs.AddTree(package->scope.target);
    for (const auto& file : package->files) {
      inputs.Add(std::to_string(static_cast<int>(file.kind)));
      inputs.Add(file.original_path);
      inputs.Add(file.folder);
      inputs.Add(file.kind == FileKind::kSeed ? file.checksum : file.text);
    }
  }
  return inputs.Digest();
}

bool Loader::LoadCached() {
  if (options_.cache_name.empty()) return false;
  const std::string& target = options_.target_path.empty() ? manifest_.project.target_path : options_.target_path;
  cache_.emplace(JoinPath(JoinPath(manifest_.project.folder, target), options_.cache_name), CacheKey());
  model::Manifest known;
  if (!options_.read_cache || !cache_->Load(env_, known)) return false;
  known.project = std::move(manifest_.project);
  known.profile = std::move(manifest_.profile);
  known.computes = std::move(manifest_.computes);
  known.target = std::move(manifest_.target);
  known.cli_vars = std::move(manifest_.cli_vars);
  known.packages = std::move(manifest_.packages);
  manifest_ = std::move(known);
  return true;
}

// Macros are parsed even if what they are is known: models call them. A file that is known to be right cannot fail.
Status Loader::ParseMacros() {
  if (!options_.needs_macros) return {};
  DVT_TRY(frontend_.Prepare());
  for (const auto& package : packages_) {
    for (const auto& file : package->files) {
      if (file.kind != FileKind::kMacro) continue;
      auto added = frontend_.AddMacroFile(package->config.name, file.original_path, file.text);
      if (!added) return added.error();
    }
  }
  return {};
}

// The last stage: what it was all made from is let go before the findings are written out.
void Loader::StoreCache() {
  patch_index_.clear();
  patches_.clear();
  patches_.shrink_to_fit();
  for (auto& package : packages_) std::vector<SourceFile>().swap(package->files);
  // Warnings about dates that pass are good for a day at most.
  const bool dated = std::any_of(manifest_.nodes.begin(), manifest_.nodes.end(),
                                 [](const auto& entry) { return !entry.second.deprecation_date.empty(); });
  if (cache_ && !dated && !frontend_.DependsOnMoment()) cache_->Store(read_env_->digests(), manifest_, pool_);
}

}  // namespace dvt::project
