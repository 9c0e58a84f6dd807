#include "dvt/cli/log/project_stats.h"

#include <fmt/format.h>

#include <map>

#include "dvt/base/text/text.h"
#include "dvt/cli/version.h"

namespace dvt::cli {

namespace {

size_t HookCount(const Value& hooks) { return hooks.is_list() ? hooks.list().size() : hooks.is_null() ? 0 : 1; }

std::string Counted(size_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

void TellFound(run::Observer& observer, const model::Manifest& manifest) {
  std::map<std::string, size_t> kinds;
  for (const auto& [id, node] : manifest.nodes) {
    const std::string type(model::ResourceTypeName(node.type));
    ++kinds[type == "test" ? "data test" : ReplaceAll(type, "_", " ")];
  }
  size_t operations = HookCount(manifest.project.on_run_start) + HookCount(manifest.project.on_run_end);
  for (const auto& [name, package] : manifest.packages)
    operations += HookCount(package.on_run_start) + HookCount(package.on_run_end);
  kinds["operation"] = operations;
  kinds["unit test"] = manifest.unit_tests.size();
  kinds["source"] = manifest.sources.size();
  kinds["exposure"] = manifest.exposures.size();
  kinds["macro"] = manifest.macros.size();
  std::vector<std::string> parts;
  auto add = [&](const std::string& kind) {
    const auto found = kinds.find(kind);
    if (found == kinds.end() || found->second == 0) return;
    parts.push_back(Counted(found->second, kind, kind == "analysis" ? "analyses" : kind + "s"));
    kinds.erase(found);
  };
  for (const char* kind : {"model", "snapshot", "analysis", "data test", "seed", "operation", "source", "exposure", "macro"})
    add(kind);
  while (!kinds.empty()) {
    const std::string kind = kinds.begin()->first;
    if (kinds.begin()->second > 0) parts.push_back(Counted(kinds.begin()->second, kind, kind + "s"));
    kinds.erase(kind);
  }
  run::LogEvent event;
  event.name = "FoundStats";
  event.code = "W006";
  const std::string line = Join(parts, ", ");
  event.message = "Found " + line;
  event.data.Set("stat_line", line);
  observer.Event(event);
}

void TellAdapter(run::Observer& observer, const std::string& type) {
  run::LogEvent event;
  event.name = "AdapterRegistered";
  event.code = "E034";
  const std::string version = std::string("=") + kDvtVersion;
  event.message = "Registered adapter: " + type + version;
  event.data.Set("adapter_name", type);
  event.data.Set("adapter_version", version);
  observer.Event(event);
}

}  // namespace dvt::cli
