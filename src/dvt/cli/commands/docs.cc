// docs generate: what the project says, and what the databases say.
#include <fmt/format.h>

#include <cstdio>

#include "dvt/artifacts/catalog/catalog_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/run/tasks/catalog.h"

namespace dvt::cli {

Result<int> DocsGenerateCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  DVT_ASSIGN(const auto selected, w.Select(options, {"model", "seed", "snapshot", "test", "analysis", "source"}));
  const std::set<std::string> chosen(selected.begin(), selected.end());
  bool failed = false;
  for (const auto& id : selected) {
    const auto found = w.manifest.nodes.find(id);
    if (options.no_compile || found == w.manifest.nodes.end() || found->second.type == model::ResourceType::kSeed) continue;
    model::Node& node = found->second;
    const auto result = w.runner->CompileOnly(node, stop);
    node.compiled = result.compiled;
    node.compiled_code = result.compiled_code;
    if (result.status != "error") continue;
    failed = true;
    w.observer->Message(Severity::kError, id + ": " + result.message);
  }
  DVT_TRY(artifacts::WriteManifest(w.run.target_folder, w.manifest, w.metadata()));
  model::Catalog catalog;
  if (!options.empty_catalog) catalog = run::ReadCatalog(w.run, options.select.empty() ? std::set<std::string>() : chosen, stop);
  for (const auto& error : catalog.errors) w.observer->Message(Severity::kError, error);
  DVT_TRY(artifacts::WriteCatalog(w.run.target_folder, catalog, w.metadata()));
  if (!options.quiet) {
    std::printf("%zu relations and %zu sources in %s\n", catalog.nodes.size(), catalog.sources.size(),
                JoinPath(w.run.target_folder, "catalog.json").c_str());
  }
  return failed || !catalog.errors.empty() || stop.stop_requested() ? 1 : 0;
}

Result<int> DocsServeCommand(const Options&, std::stop_token) {
  return Error(ErrorCode::kUnsupported, "dvt does not serve documentation yet")
      .WithHint("`dvt docs generate` writes target/manifest.json and target/catalog.json, which dbt's documentation page reads");
}

}  // namespace dvt::cli
