#include "dvt/project/packages/package_list.h"

#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"

namespace dvt::project {

namespace {

using Kind = PackageSpec::Kind;

Error Wrong(const std::string& file, const Value& entry, std::string message) {
  return Error(ErrorCode::kConfig, std::move(message)).At({file, entry.mark().line, entry.mark().column});
}

Status ReadVersions(const std::string& file, const Value& entry, PackageSpec& spec) {
  const Value& version = entry["version"];
  if (version.is_null()) {
    return Wrong(file, entry, fmt::format("package '{}' has no version", spec.location))
        .WithHint("add `version:`, such as [\">=1.0.0\", \"<2.0.0\"]");
  }
  std::vector<std::string> texts;
  if (version.is_list()) {
    for (const auto& item : version.list()) texts.push_back(item.ToText());
  } else {
    texts.push_back(version.ToText());
  }
  for (const auto& text : texts) {
    auto added = spec.range.Add(text);
    if (!added) return std::move(added).error().At({file, version.mark().line, version.mark().column});
  }
  return {};
}

Result<PackageSpec> ReadEntry(const std::string& folder, const std::string& file, const Value& entry) {
  PackageSpec spec;
  spec.place = {file, entry.mark().line, entry.mark().column};
  if (!entry.is_map()) return Wrong(file, entry, "an entry of `packages` must be a mapping with package, git, local or tarball");
  auto text = [&](const char* key) { return entry[key].is_null() ? std::string() : entry[key].ToText(); };
  spec.name = text("name");
  if (entry.Find("package") != nullptr) {
    spec.kind = Kind::kHub;
    spec.location = text("package");
    spec.prereleases = entry["install_prerelease"].is_bool() && entry["install_prerelease"].as_bool();
    if (Split(spec.location, '/').size() != 2)
      return Wrong(file, entry, fmt::format("'{}' is no package of the hub", spec.location)).WithHint("write owner/name");
    DVT_TRY(ReadVersions(file, entry, spec));
  } else if (entry.Find("git") != nullptr) {
    spec.kind = Kind::kGit;
    spec.location = text("git");
    spec.subfolder = text("subdirectory");
    const Value& revision = entry["revision"];
    if (revision.is_list())
      return Wrong(file, entry, fmt::format("package '{}' names several revisions", spec.location)).WithHint("name one");
    spec.revision = text("revision");
  } else if (entry.Find("local") != nullptr) {
    spec.kind = Kind::kLocal;
    spec.location = AbsolutePath(JoinPath(folder, text("local")));
  } else if (entry.Find("tarball") != nullptr) {
    spec.kind = Kind::kTarball;
    spec.location = text("tarball");
  } else if (entry.Find("private") != nullptr) {
    return Wrong(file, entry, "`private` packages need dbt's own platform").WithHint("use `git:` with the repository's address");
  } else {
    return Wrong(file, entry, "an entry of `packages` needs one of package, git, local or tarball");
  }
  if (spec.location.empty()) return Wrong(file, entry, "the package's place is empty");
  return spec;
}

Result<std::vector<PackageSpec>> ReadEntries(const std::string& folder, const std::string& file, const Value& list) {
  std::vector<PackageSpec> specs;
  if (list.is_null()) return specs;
  if (!list.is_list()) return Wrong(file, list, "`packages` must be a list");
  for (const auto& entry : list.list()) {
    DVT_ASSIGN(auto spec, ReadEntry(folder, file, entry));
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::string Quoted(const std::string& text) { return ToJson(Value(text)); }

}  // namespace

std::string PackageSpec::key() const {
  switch (kind) {
    case Kind::kHub: return "package " + ToLower(location);
    case Kind::kGit: return "git " + location + " " + subfolder;
    case Kind::kLocal: return "local " + location;
    case Kind::kTarball: return "tarball " + location;
  }
  return location;
}

Result<std::vector<PackageSpec>> ReadPackageList(const std::string& folder, const YamlScope& scope, TemplateFrontend& frontend) {
  std::vector<PackageSpec> specs;
  for (const char* file : {"packages.yml", "dependencies.yml"}) {
    const std::string path = JoinPath(folder, file);
    if (!FileExists(path)) continue;
    DVT_ASSIGN(const std::string text, ReadFile(path));
    DVT_ASSIGN(Value root, ParseYaml(text, file));
    if (root.is_null()) continue;
    if (!root.is_map()) return Wrong(file, root, "the file must be a mapping with `packages`");
    const Value& projects = root["projects"];
    if (projects.is_list() && !projects.list().empty())
      return Wrong(file, projects, "`projects` of other teams need dbt's own platform")
          .WithHint("name them as git or local packages");
    DVT_ASSIGN(root, frontend.RenderYaml(root, scope, file));
    DVT_ASSIGN(auto found, ReadEntries(folder, file, root["packages"]));
    if (!specs.empty() && !found.empty())
      return Error(ErrorCode::kConfig, "both packages.yml and dependencies.yml name packages")
          .WithHint("keep them in one of the two");
    if (!found.empty()) specs = std::move(found);
  }
  return specs;
}

Result<std::vector<PackageSpec>> ReadPackageLock(const std::string& folder) {
  const std::string path = JoinPath(folder, "package-lock.yml");
  if (!FileExists(path)) return std::vector<PackageSpec>();
  DVT_ASSIGN(const std::string text, ReadFile(path));
  DVT_ASSIGN(const Value root, ParseYaml(text, "package-lock.yml"));
  DVT_ASSIGN(auto specs, ReadEntries(folder, "package-lock.yml", root["packages"]));
  for (size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].kind == Kind::kHub) specs[i].version = root["packages"].list()[i]["version"].ToText();
  }
  return specs;
}

Status WritePackageLock(const std::string& folder, const std::vector<PackageSpec>& packages) {
  std::string body;
  for (const auto& spec : packages) {
    const std::string name = "  - name: " + Quoted(spec.name) + "\n";
    switch (spec.kind) {
      case Kind::kHub: body += name + "    package: " + spec.location + "\n    version: " + Quoted(spec.version) + "\n"; break;
      case Kind::kGit:
        body += name + "    git: " + Quoted(spec.location) + "\n    revision: " + Quoted(spec.revision) + "\n";
        if (!spec.subfolder.empty()) body += "    subdirectory: " + Quoted(spec.subfolder) + "\n";
        break;
      case Kind::kLocal: {
        std::string local = spec.location;
        if (local.compare(0, folder.size() + 1, folder + "/") == 0) local = local.substr(folder.size() + 1);
        body += name + "    local: " + Quoted(local) + "\n";
        break;
      }
      case Kind::kTarball: body += name + "    tarball: " + Quoted(spec.location) + "\n"; break;
    }
  }
  return WriteFileAtomic(JoinPath(folder, "package-lock.yml"), (packages.empty() ? "packages: []\n" : "packages:\n" + body) +
                                                                   "sha1_hash: " + Sha256Hex(body).substr(0, 40) + "\n");
}

}  // namespace dvt::project
