// Commands that only look: compile, parse, ls.
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

Result<int> CompileCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  DVT_ASSIGN(const auto selected, w.Select(options, {"model", "test", "analysis"}));
  w.run.selected = std::set<std::string>(selected.begin(), selected.end());
  model::RunResults results;
  results.invocation_id = w.run.invocation_id;
  results.args = w.run.options.arguments;
  bool failed = false;
  const bool print = !options.select.empty();
  for (const auto& id : selected) {
    auto found = w.manifest.nodes.find(id);
    if (found == w.manifest.nodes.end()) continue;
    model::Node& node = found->second;
    auto result = w.runner->CompileOnly(node, stop);
    if (result.status == "error") {
      failed = true;
      w.observer->Message(Severity::kError, id + ": " + result.message);
    } else {
      node.compiled = true;
      node.compiled_code = result.compiled_code;
      const std::string path =
          "compiled/" + node.package + "/" + node.original_path + (node.test ? "/" + node.name + ".sql" : "");
      DVT_TRY(WriteFileAtomic(JoinPath(w.run.target_folder, path), result.compiled_code + "\n"));
      if (print) PrintCompiled(options, node);
    }
    results.results.push_back(std::move(result));
  }
  DVT_TRY(w.WriteManifest());
  DVT_TRY(w.WriteRunResults(results));
  return failed ? 2 : 0;
}

Result<int> ListCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  const Workspace& w = *workspace;
  DVT_ASSIGN(const auto selected, w.Select(options, {}));
  for (const auto& id : selected) {
    std::string line = id;
    const auto node = w.manifest.nodes.find(id);
    const auto source = w.manifest.sources.find(id);
    if (node != w.manifest.nodes.end()) {
      line = options.output == "name"   ? node->second.name
             : options.output == "path" ? node->second.original_path
             : options.output == "json" ? ToJson(model::NodeToValue(node->second))
                                        : Join(node->second.fqn, ".");
    } else if (const auto test = w.manifest.unit_tests.find(id); test != w.manifest.unit_tests.end()) {
      const model::Node& unit = test->second;
      const std::string name = unit.name + (unit.version.empty() ? "" : "_v" + unit.version);
      line = options.output == "name"   ? name
             : options.output == "path" ? unit.original_path
             : options.output == "json" ? ToJson(model::UnitTestToValue(unit))
                                        : "unit_test:" + unit.package + "." + name;
    } else if (source != w.manifest.sources.end()) {
      line = options.output == "name"   ? source->second.source_name + "." + source->second.name
             : options.output == "path" ? source->second.original_path
             : options.output == "json" ? ToJson(model::SourceToValue(source->second))
                                        : "source:" + Join(source->second.fqn, ".");
    } else if (id.compare(0, 9, "exposure.") == 0 && options.output.empty()) {
      line = "exposure:" + id.substr(9);
    }
    PrintLine(options, line);
  }
  return 0;
}

}  // namespace dvt::cli
