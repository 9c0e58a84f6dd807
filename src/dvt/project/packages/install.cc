#include "dvt/project/packages/install.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>

#include "dvt/base/fs/files.h"
#include "dvt/base/net/http.h"
#include "dvt/base/process/process.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/project_file.h"

namespace dvt::project {

namespace {

using Kind = PackageSpec::Kind;

/// A folder that is gone at the end.
class ScratchFolder {
 public:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Status RemoveAll(const std::string& path) {
  std::error_code code;
  std::filesystem::remove_all(path, code);
  return code ? Status(Error(ErrorCode::kIo, fmt::format("cannot remove '{}': {}", path, code.message()))) : Status();
}

/// One package, fetched: where its project lies and what it asks for.
struct Fetched {
  PackageSpec spec;  ///< with version, revision and name as they are
  std::string folder;
  std::vector<PackageSpec> needs;
};

class Installer {
 public:
  Installer(const model::ProjectConfig& project, const YamlScope& scope, TemplateFrontend& frontend,
            const InstallOptions& options, std::stop_token stop)
      : project_(project),
        scope_(scope),
        frontend_(frontend),
        options_(options),
        stop_(std::move(stop)),
        scratch_(JoinPath(project.folder, project.packages_path + ".dvt_" + NewUuid().substr(0, 8))) {
    hub_ = options.hub;
    if (const char* address = std::getenv("DBT_PACKAGE_HUB_URL"); hub_.empty() && address != nullptr) hub_ = address;
    if (hub_.empty()) hub_ = "https://hub.getdbt.com";
    while (hub_.ends_with('/')) hub_.pop_back();
  }

  Result<std::vector<PackageSpec>> Run() {
    DVT_ASSIGN(const auto wanted, ReadPackageList(project_.folder, scope_, frontend_));
    DVT_TRY(MakeFolders(scratch_.path()));
    DVT_ASSIGN(auto locked, ReadPackageLock(project_.folder));
    const bool lock_holds = !options_.upgrade && !options_.lock_only && !locked.empty() && Satisfies(locked, wanted);
    if (lock_holds) {
      for (auto& spec : locked) {
        if (spec.kind == Kind::kHub) spec.range = VersionRange();
        if (spec.kind == Kind::kHub) DVT_TRY(spec.range.Add(spec.version));
      }
    }
    DVT_TRY(Resolve(lock_holds ? locked : wanted));
    DVT_TRY(CheckNames());
    std::vector<PackageSpec> chosen;
    for (const auto& [key, fetched] : fetched_) {
      Tell(fetched.spec);
      chosen.push_back(fetched.spec);
    }
    if (!lock_holds && !(wanted.empty() && locked.empty())) DVT_TRY(WritePackageLock(project_.folder, chosen));
    if (!options_.lock_only) DVT_TRY(Install());
    return chosen;
  }

 private:
  // Whether what is locked is what is wanted: every entry is there, in a version that its range allows.
  static bool Satisfies(const std::vector<PackageSpec>& locked, const std::vector<PackageSpec>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const PackageSpec& spec) {
      return std::any_of(locked.begin(), locked.end(), [&](const PackageSpec& have) {
        if (have.key() != spec.key()) return false;
        const auto version = Version::Parse(have.version);
        if (spec.kind == Kind::kHub) return version && spec.range.Allows(*version);
        return spec.kind != Kind::kGit || spec.revision.empty() || spec.revision == have.revision;
      });
    });
  }

  // Demands are gathered until nothing new is asked for. A package whose range became narrower is chosen again.
  Status Resolve(const std::vector<PackageSpec>& roots) {
    for (int round = 0; round < 50; ++round) {
      std::map<std::string, PackageSpec> demands;
      DVT_TRY(Demand(roots, demands));
      for (const auto& [key, fetched] : fetched_) DVT_TRY(Demand(fetched.needs, demands));
      bool changed = false;
      for (const auto& [key, spec] : demands) {
        const auto known = fetched_.find(key);
        if (known != fetched_.end() && Still(known->second.spec, spec)) continue;
        DVT_ASSIGN(fetched_[key], Fetch(spec));
        changed = true;
      }
      if (!changed) return {};
    }
    return Error(ErrorCode::kConfig, "the packages' demands on one another never come to rest");
  }

  static bool Still(const PackageSpec& chosen, const PackageSpec& demand) {
    const auto version = Version::Parse(chosen.version);
    return demand.kind != Kind::kHub || (version && demand.range.Allows(*version));
  }

  Status Demand(const std::vector<PackageSpec>& specs, std::map<std::string, PackageSpec>& demands) {
    for (const auto& spec : specs) {
      auto [at, added] = demands.emplace(spec.key(), spec);
      if (added) continue;
      PackageSpec& merged = at->second;
      merged.prereleases = merged.prereleases || spec.prereleases;
      if (spec.kind == Kind::kHub) DVT_TRY(merged.range.Add(spec.range.ToString()));
      if (spec.kind == Kind::kGit && merged.revision != spec.revision) {
        if (merged.revision.empty() || spec.revision.empty()) {
          merged.revision += spec.revision;
          continue;
        }
        return Error(ErrorCode::kConfig, fmt::format("package {} is wanted in two revisions, '{}' and '{}'", spec.location,
                                                     merged.revision, spec.revision))
            .At(spec.place);
      }
    }
    return {};
  }

  Result<Fetched> Fetch(const PackageSpec& spec) {
    Fetched fetched;
    fetched.spec = spec;
    switch (spec.kind) {
      case Kind::kLocal: fetched.folder = spec.location; break;
      case Kind::kGit: DVT_TRY(FetchGit(fetched)); break;
      case Kind::kTarball: {
        DVT_ASSIGN(fetched.folder, Unpack(spec.location, spec.place));
        break;
      }
      case Kind::kHub: DVT_TRY(FetchHub(fetched)); break;
    }
    if (!FileExists(JoinPath(fetched.folder, "dbt_project.yml"))) {
      return Error(ErrorCode::kConfig, fmt::format("package {} holds no dbt_project.yml", spec.location))
          .At(spec.place)
          .WithHint(spec.kind == Kind::kGit ? "name its folder with `subdirectory:`" : "name the folder that holds it");
    }
    Diagnostics ignored;  // the package's own business
    DVT_ASSIGN(const auto config, ReadProjectFile(JoinPath(fetched.folder, "dbt_project.yml"), scope_, frontend_, ignored));
    fetched.spec.name = config.name;
    DVT_ASSIGN(fetched.needs, ReadPackageList(fetched.folder, scope_, frontend_));
    return fetched;
  }

  void Tell(const PackageSpec& spec) const {
    if (!options_.tell) return;
    const std::string what = spec.kind == Kind::kHub   ? "version " + spec.version
                             : spec.kind == Kind::kGit ? "revision " + spec.revision.substr(0, 12)
                                                       : std::string(spec.kind == Kind::kLocal ? "local" : "tarball");
    options_.tell(fmt::format("{} ({}), {}", spec.name, spec.location, what));
  }

  std::string NewFolder() { return JoinPath(scratch_.path(), "fetched_" + std::to_string(++folders_)); }

  Status Program(const std::vector<std::string>& command, const PackageSpec& spec, const std::string& what, std::string* said) {
    auto done = RunProcess(command, "", {{"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}}, stop_);
    if (!done) return std::move(done).error().At(spec.place);
    if (said != nullptr) *said = std::string(TrimView(done->output));
    if (done->code == 0) return {};
    return Error(ErrorCode::kConnection, fmt::format("{}: {}", what, TrimView(done->output))).At(spec.place);
  }

  Status FetchGit(Fetched& fetched) {
    PackageSpec& spec = fetched.spec;
    const std::string folder = NewFolder();
    DVT_TRY(Program({"git", "clone", "--quiet", "--no-checkout", "--", spec.location, folder}, spec,
                    "cannot clone " + spec.location, nullptr));
    const std::string revision = spec.revision.empty() ? "HEAD" : spec.revision;
    if (revision[0] == '-') return Error(ErrorCode::kConfig, fmt::format("'{}' is no revision", revision)).At(spec.place);
    std::string ignored;
    if (!Program({"git", "-C", folder, "checkout", "--quiet", "--detach", "origin/" + revision}, spec, "", &ignored)) {
      DVT_TRY(Program({"git", "-C", folder, "checkout", "--quiet", "--detach", revision}, spec,
                      fmt::format("{} has no revision '{}'", spec.location, revision), nullptr));
    }
    DVT_TRY(Program({"git", "-C", folder, "rev-parse", "HEAD"}, spec, "git rev-parse", &spec.revision));
    DVT_TRY(RemoveAll(JoinPath(folder, ".git")));
    fetched.folder = spec.subfolder.empty() ? folder : AbsolutePath(JoinPath(folder, spec.subfolder));
    if (fetched.folder.compare(0, folder.size(), folder) != 0)
      return Error(ErrorCode::kConfig, fmt::format("subdirectory '{}' leaves the repository", spec.subfolder)).At(spec.place);
    return {};
  }

  // The newest version of the hub that all demands allow; prereleases only if asked for or named.
  Status FetchHub(Fetched& fetched) {
    PackageSpec& spec = fetched.spec;
    auto body = HttpGet(hub_ + "/api/v1/" + spec.location + ".json", stop_);
    if (!body) {
      if (body.error().code() == ErrorCode::kNotFound)
        return Error(ErrorCode::kNotFound, fmt::format("the hub has no package '{}'", spec.location)).At(spec.place);
      return std::move(body).error().At(spec.place).WithHint("is the hub reachable? `git:` packages need no hub");
    }
    DVT_ASSIGN(const Value root, ParseJson(*body));
    const Value& versions = root["versions"];
    std::optional<Version> best;
    const Value* chosen = nullptr;
    std::vector<std::string> all;
    if (!versions.is_map())
      return Error(ErrorCode::kConnection, fmt::format("the hub tells no versions of '{}'", spec.location)).At(spec.place);
    for (const auto& entry : versions.map()) {
      const auto version = Version::Parse(entry.key);
      if (!version) continue;
      all.push_back(entry.key);
      const bool early = !version->prerelease.empty() && !spec.prereleases && !spec.range.exact();
      if (early || !spec.range.Allows(*version) || (best && *version < *best)) continue;
      best = version;
      chosen = &entry.value;
      spec.version = entry.key;
    }
    if (chosen == nullptr) {
      std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return *Version::Parse(a) < *Version::Parse(b); });
      return Error(ErrorCode::kConfig, fmt::format("no version of '{}' is {}; the hub has {}", spec.location,
                                                   spec.range.ToString(), all.empty() ? "none" : Join(all, ", ")))
          .At(spec.place);
    }
    DVT_ASSIGN(fetched.folder, Unpack((*chosen)["downloads"]["tarball"].ToText(), spec.place));
    return {};
  }

  // The folder with what a .tar.gz holds; its only folder, if it has but one.
  Result<std::string> Unpack(const std::string& address, const Place& place) {
    auto body = HttpGet(address, stop_);
    if (!body) return std::move(body).error().At(place);
    const std::string folder = NewFolder(), file = folder + ".tar.gz";
    DVT_TRY(MakeFolders(folder));
    DVT_TRY(WriteFileAtomic(file, *body));
    PackageSpec at;
    at.place = place;
    DVT_TRY(Program({"tar", "-xzf", file, "-C", folder}, at, "cannot unpack " + address, nullptr));
    std::vector<std::string> entries;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) entries.push_back(entry.path().string());
    return entries.size() == 1 && IsFolder(entries[0]) ? entries[0] : folder;
  }

  Status CheckNames() const {
    std::map<std::string, const Fetched*> names;
    for (const auto& [key, fetched] : fetched_) {
      auto [at, added] = names.emplace(fetched.spec.name, &fetched);
      if (added && fetched.spec.name != project_.name) continue;
      const std::string other = added ? "this project" : at->second->spec.location;
      return Error(ErrorCode::kConfig,
                   fmt::format("two packages are named '{}': {} and {}", fetched.spec.name, other, fetched.spec.location))
          .At(fetched.spec.place)
          .WithHint("a project can have one of them");
    }
    return {};
  }

  // Beside the old folder, then in its place.
  Status Install() {
    const std::string target = JoinPath(project_.folder, project_.packages_path);
    const std::string fresh = JoinPath(scratch_.path(), "installed");
    DVT_TRY(MakeFolders(fresh));
    std::error_code code;
    for (const auto& [key, fetched] : fetched_) {
      const std::string place = JoinPath(fresh, fetched.spec.name);
      if (fetched.spec.kind == Kind::kLocal) {
        std::filesystem::create_directory_symlink(fetched.folder, place, code);
        if (code) std::filesystem::copy(fetched.folder, place, std::filesystem::copy_options::recursive, code);
      } else {
        std::filesystem::rename(fetched.folder, place, code);
      }
      if (code) return Error(ErrorCode::kIo, fmt::format("cannot install '{}': {}", fetched.spec.name, code.message()));
    }
    DVT_TRY(RemoveAll(target));
    if (fetched_.empty()) return {};
    DVT_TRY(MakeFolders(std::filesystem::path(target).parent_path().string()));
    std::filesystem::rename(fresh, target, code);
    return code ? Status(Error(ErrorCode::kIo, fmt::format("cannot install into '{}': {}", target, code.message()))) : Status();
  }

  const model::ProjectConfig& project_;
  const YamlScope& scope_;
  TemplateFrontend& frontend_;
  const InstallOptions& options_;
  std::stop_token stop_;
  ScratchFolder scratch_;
  std::string hub_;
  std::map<std::string, Fetched> fetched_;  // by key
  int folders_ = 0;
};

}  // namespace

Result<std::vector<PackageSpec>> InstallPackages(const model::ProjectConfig& project, const YamlScope& scope,
                                                 TemplateFrontend& frontend, const InstallOptions& options,
                                                 std::stop_token stop) {
  return Installer(project, scope, frontend, options, std::move(stop)).Run();
}

}  // namespace dvt::project
