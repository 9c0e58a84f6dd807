// docs generate: what the project says, and what the databases say. docs serve: its page by HTTP.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "dvt/artifacts/catalog/catalog_file.h"
#include "dvt/artifacts/site/site_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/net/file_server.h"
#include "dvt/base/process/process.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/version.h"
#include "dvt/cli/workspace.h"
#include "dvt/run/tasks/catalog.h"
#include "dvt/run/tasks/column_lineage.h"

namespace dvt::cli {

namespace {

// Compiles what is selected, and writes what came of it. Whether all of it could be.
Result<bool> CompileAll(Workspace& w, const std::vector<std::string>& selected, std::stop_token stop) {
  bool all = true;
  model::RunResults results;
  results.invocation_id = w.run.invocation_id;
  results.args = w.run.options.arguments;
  for (const auto& id : selected) {
    const auto found = w.manifest.nodes.find(id);
    if (found == w.manifest.nodes.end() || found->second.type == model::ResourceType::kSeed) continue;
    model::Node& node = found->second;
    results.results.push_back(w.runner->CompileOnly(node, stop));
    const auto& result = results.results.back();
    node.compiled = result.compiled;
    node.compiled_code = result.compiled_code;
    if (result.status != "error") continue;
    all = false;
    w.observer->Message(Severity::kError, id + ": " + result.message);
  }
  DVT_TRY(w.WriteManifest());
  DVT_TRY(w.WriteRunResults(results));
  return all;
}

// Whether a node reads a table of another connection, through ephemeral models too.
bool ReadsElsewhere(const model::Manifest& manifest, const model::Node& node, const std::string& connection) {
  for (const auto& id : node.depends_on_nodes) {
    if (const auto source = manifest.sources.find(id); source != manifest.sources.end()) {
      const std::string& lives = source->second.connection;
      if ((lives.empty() ? manifest.target : lives) != connection) return true;
    } else if (const auto above = manifest.nodes.find(id); above != manifest.nodes.end()) {
      const bool inlined = above->second.is_ephemeral();
      if (inlined ? ReadsElsewhere(manifest, above->second, connection) : above->second.connection != connection) return true;
    }
  }
  return false;
}

// How a model would run; empty if its sources do not tell (not built yet, or out of reach).
std::string WayOf(Workspace& w, const model::Node& node, std::stop_token stop) {
  if (!ReadsElsewhere(w.manifest, node, node.connection)) return std::string(plan::WayName(plan::Way::kPushdown));
  const auto connector = w.runner->ConnectorOf(node);
  if (!connector) return {};
  run::NodeAdapter adapter(w.run, *connector, stop);
  const auto planned = w.runner->Plan(node, adapter, stop);
  return planned ? std::string(plan::WayName(planned->plan.way)) : std::string();
}

model::Documentation Document(Workspace& w, const model::Catalog& catalog, const std::vector<std::string>& selected, bool ask,
                              std::stop_token stop) {
  model::Documentation documentation;
  for (const auto& name : w.connections->Names()) documentation.connections[name] = w.catalog->TypeOf(name);
  documentation.columns = run::ReadColumnLineage(w.manifest, catalog, *w.catalog, selected);
  for (const auto& id : selected) {
    const auto found = w.manifest.nodes.find(id);
    if (!ask || stop.stop_requested() || found == w.manifest.nodes.end()) continue;
    const model::Node& node = found->second;
    if (node.type != model::ResourceType::kModel || node.is_ephemeral() || !node.compiled) continue;
    if (const std::string way = WayOf(w, node, stop); !way.empty()) documentation.ways[id] = way;
  }
  return documentation;
}

}  // namespace

// Pictures and other files of asset-paths go beside the page, which descriptions refer to by the same path. A folder that is not there is left out.
static Status CopyAssets(const Workspace& w) {
  const Value& paths = w.manifest.project.raw["asset-paths"];
  if (!paths.is_list()) return {};
  for (const auto& path : paths.list()) {
    if (!path.is_string()) continue;
    const std::string from = JoinPath(w.manifest.project.folder, path.as_string());
    const std::string to = JoinPath(w.run.target_folder, path.as_string());
    std::error_code problem;
    if (!std::filesystem::is_directory(from, problem)) continue;
    std::filesystem::remove_all(to, problem);
    if (!problem) std::filesystem::create_directories(to, problem);
    if (!problem) std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, problem);
    if (problem) {
      return Error(ErrorCode::kIo, fmt::format("cannot copy the assets in {} to {}: {}", from, to, problem.message()))
          .WithHint("check `asset-paths` of dbt_project.yml and the rights in the target folder");
    }
  }
  return {};
}

Result<int> DocsGenerateCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  DVT_ASSIGN(const auto selected, w.Select(options, {"model", "seed", "snapshot", "test", "analysis", "source"}));
  const std::set<std::string> chosen(selected.begin(), selected.end());
  bool failed = false;
  if (!options.no_compile) {
    DVT_ASSIGN(const bool compiled, CompileAll(w, w.WithText(selected), stop));
    failed = !compiled;
  }
  model::Catalog catalog;
  if (!options.empty_catalog) catalog = run::ReadCatalog(w.run, options.select.empty() ? std::set<std::string>() : chosen, stop);
  for (const auto& error : catalog.errors) w.observer->Message(Severity::kError, error);
  DVT_TRY(artifacts::WriteCatalog(w.run.target_folder, catalog, w.metadata()));
  const auto documentation = Document(w, catalog, selected, !options.empty_catalog, stop);
  DVT_TRY(
      artifacts::WriteSite(w.run.target_folder, w.manifest, catalog, documentation, {kDvtVersion, artifacts::UtcTimestamp()}));
  DVT_TRY(CopyAssets(w));
  const std::string path = JoinPath(w.run.target_folder, "catalog.json");
  run::LogEvent written =
      run::EventForPeople("CatalogWritten", "E042",
                          fmt::format("{} relations and {} sources in {}; the page: {}", catalog.nodes.size(),
                                      catalog.sources.size(), path, JoinPath(w.run.target_folder, "index.html")));
  written.data.Set("path", path);
  w.observer->Event(written);
  return failed || !catalog.errors.empty() || stop.stop_requested() ? 1 : 0;
}

Result<int> DocsServeCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  const std::string folder = workspace->run.target_folder;
  if (!FileExists(JoinPath(folder, "index.html"))) {
    return Error(ErrorCode::kNotFound, "there is no documentation in " + folder).WithHint("write it with `dvt docs generate`");
  }
  const auto started = [&](const std::string& address) {
    workspace->observer->Message(Severity::kWarning, fmt::format("Serving {} at {} (Ctrl-C ends it)", folder, address));
    if (options.browser && isatty(STDOUT_FILENO) != 0) {
      for (const char* opener : {"xdg-open", "open"}) {
        if (RunProcess({opener, address}, folder, {}, stop)) break;
      }
    }
  };
  DVT_TRY(ServeFolder(folder, options.host, options.port, started, stop));
  return 0;
}

}  // namespace dvt::cli
