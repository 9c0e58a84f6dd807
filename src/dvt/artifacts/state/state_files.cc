#include "dvt/artifacts/state/state_files.h"

#include <fmt/format.h>

#include "dvt/base/fs/files.h"

namespace dvt::artifacts {

namespace {

// The document, or null if there is none.
Result<Value> ReadDocument(const std::string& path) {
  if (!FileExists(path)) return Value();
  DVT_ASSIGN(const std::string text, ReadFile(path));
  auto value = ParseJson(text, path);
  if (!value) return std::move(value).error().WithHint("the file is not one that dvt or dbt wrote");
  return value;
}

Value MapOf(const Value& root, const char* key) { return root[key].is_map() ? root[key] : Value::MakeMap(); }

std::map<std::string, std::string> LoadedAt(const Value& sources) {
  std::map<std::string, std::string> moments;
  const Value& results = sources["results"];
  if (!results.is_list()) return moments;
  for (const auto& result : results.list()) {
    if (result["max_loaded_at"].is_string()) moments[result["unique_id"].ToText()] = result["max_loaded_at"].as_string();
  }
  return moments;
}

}  // namespace

Result<model::PreviousState> ReadPreviousState(const std::string& folder, const std::string& current_sources) {
  if (!IsFolder(folder)) return Error(ErrorCode::kNotFound, fmt::format("the state folder {} does not exist", folder));
  model::PreviousState state;
  state.folder = folder;
  DVT_ASSIGN(const Value manifest, ReadDocument(JoinPath(folder, "manifest.json")));
  state.has_manifest = manifest.is_map();
  state.nodes = MapOf(manifest, "nodes");
  const Value functions = MapOf(manifest, "functions");  // nodes among others here
  for (const auto& entry : functions.is_map() ? functions.map() : Value::Map()) state.nodes.Set(entry.key, entry.value);
  state.sources = MapOf(manifest, "sources");
  state.exposures = MapOf(manifest, "exposures");
  state.macros = MapOf(manifest, "macros");
  state.unit_tests = MapOf(manifest, "unit_tests");
  for (const char* kind : {"metrics", "semantic_models", "saved_queries"}) {
    const Value found = MapOf(manifest, kind);
    for (const auto& entry : found.map()) state.semantic_nodes.map().push_back(entry);
  }
  DVT_ASSIGN(const Value results, ReadDocument(JoinPath(folder, "run_results.json")));
  state.has_results = results.is_map();
  state.arguments = MapOf(results, "args");
  if (results["results"].is_list()) {
    for (const auto& result : results["results"].list()) {
      const std::string id = result["unique_id"].ToText();
      state.results[id] = result["status"].ToText();
      if (result["batch_results"].is_map()) state.batch_results[id] = result["batch_results"];
    }
  }
  DVT_ASSIGN(const Value then, ReadDocument(JoinPath(folder, "sources.json")));
  DVT_ASSIGN(const Value now, ReadDocument(current_sources));
  state.loaded_at = LoadedAt(then);
  for (const auto& [id, moment] : LoadedAt(now)) {
    const auto before = state.loaded_at.find(id);
    if (before == state.loaded_at.end() || before->second < moment) state.fresher.insert(id);
  }
  return state;
}

}  // namespace dvt::artifacts
