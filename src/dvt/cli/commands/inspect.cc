// Commands that only look: compile, parse.
#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/model/node_value.h"

namespace dvt::cli {

namespace {

void PrintCompiled(const Options& options, const model::Node& node) {
  Value data = Value::MakeMap();
  data.Set("compiled", node.compiled_code);
  data.Set("is_inline", false);
  data.Set("node_name", node.name);
  data.Set("output_format", "text");
  data.Set("quiet", options.quiet);
  data.Set("unique_id", node.unique_id);
  Print(options, "CompiledNode", "Q042", fmt::format("-- {}\n{}\n", node.unique_id, node.compiled_code), std::move(data));
}

}  // namespace

Result<int> ParseCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  DVT_TRY(workspace->WriteManifest());
  workspace->observer->Message(
      Severity::kWarning,
      fmt::format("Parsed {} nodes and {} sources; wrote {}", workspace->manifest.nodes.size(),
                  workspace->manifest.sources.size(), JoinPath(workspace->run.target_folder, "manifest.json")));
  return 0;
}

namespace {

// Compiles and writes the chosen nodes, several at a time; results are in the order of `ids`.
Result<std::vector<model::NodeResult>> CompileAll(Workspace& w, const std::vector<std::string>& ids, std::stop_token stop) {
  std::vector<model::NodeResult> results(ids.size());
  std::vector<Status> written(ids.size());
  w.pool->ParallelFor(static_cast<int>(ids.size()), [&](int i) {
    const auto at = static_cast<size_t>(i);
    const model::Node& node = w.manifest.nodes.at(ids[at]);
    results[at] = w.runner->CompileOnly(node, stop);
    if (results[at].status == "error") return;
    const std::string path = "compiled/" + node.package + "/" + node.original_path + (node.test ? "/" + node.name + ".sql" : "");
    written[at] = WriteFileIfChanged(JoinPath(w.run.target_folder, path), results[at].compiled_code + "\n");
  });
  for (auto& status : written) DVT_TRY(std::move(status));
  return results;
}

}  // namespace

Result<int> CompileCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  DVT_ASSIGN(auto chosen, w.Select(options, {"model", "test", "analysis"}));
  auto selected = w.WithText(std::move(chosen));
  w.run.selected = std::set<std::string>(selected.begin(), selected.end());
  std::erase_if(selected, [&](const std::string& id) { return w.manifest.nodes.count(id) == 0; });
  model::RunResults results;
  results.invocation_id = w.run.invocation_id;
  results.args = w.run.options.arguments;
  DVT_ASSIGN(results.results, CompileAll(w, selected, stop));
  bool failed = false;
  for (const auto& result : results.results) {
    if (result.status == "error") {
      failed = true;
      w.observer->Message(Severity::kError, result.unique_id + ": " + result.message);
      continue;
    }
    model::Node& node = w.manifest.nodes.at(result.unique_id);
    node.compiled = true;
    node.compiled_code = result.compiled_code;
    if (!options.select.empty()) PrintCompiled(options, node);
  }
  DVT_TRY(w.WriteManifest());
  DVT_TRY(w.WriteRunResults(results));
  return failed ? 2 : 0;
}

}  // namespace dvt::cli
