#include "dvt/graph/select/methods.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/graph/select/changes.h"
#include "dvt/graph/select/wildcard.h"
#include "dvt/model/node_value.h"

namespace dvt::graph {

namespace {

using Texts = std::vector<std::string>;

bool AnyMatches(std::string_view pattern, const Texts& texts) {
  return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return MatchesWildcard(pattern, text); });
}

Error Unknown(const Criterion& c, const char* allowed) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("'{}:{}' is unknown", c.method, c.value))
      .WithHint(fmt::format("{} is one of: {}", c.method, allowed));
}

// The parts of the pattern equal those of the name one by one; from the first wildcard on, the rest is compared as one text.
bool MatchesFrom(const Texts& pattern, const Texts& name, size_t from) {
  if (name.size() < from + pattern.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (HasWildcard(pattern[i])) {
      return MatchesWildcard(Join(Texts(pattern.begin() + static_cast<std::ptrdiff_t>(i), pattern.end()), "."),
                             Join(Texts(name.begin() + static_cast<std::ptrdiff_t>(from + i), name.end()), "."));
    }
    if (pattern[i] != name[from + i]) return false;
  }
  return true;
}

// The name alone ("dim", "dim.v1" or "dim_v1" of a versioned model), or the front of the full name, with its package or without.
bool MatchesFqn(const std::string& value, const Texts& pattern, const Resource& resource) {
  const Texts& fqn = *resource.fqn;
  if (fqn.empty()) return false;
  if (resource.type == "model" && !resource.node->version.empty() && fqn.size() > 1) {
    const std::string& name = fqn[fqn.size() - 2];
    if (value == name || value == name + "." + fqn.back() || value == name + "_" + fqn.back()) return true;
  } else if (value == fqn.back()) {
    return true;
  }
  Texts flat;
  for (const auto& part : fqn) {
    for (auto& piece : Split(part, '.')) flat.push_back(std::move(piece));
  }
  return MatchesFrom(pattern, flat, 0) || MatchesFrom(pattern, flat, 1);
}

Result<Matcher> FqnMatcher(const Criterion& c, const MethodScope&) {
  return Matcher([value = c.value, pattern = Split(c.value, '.')](const Resource& r) {
    return r.source == nullptr && r.fqn != nullptr && MatchesFqn(value, pattern, r);
  });
}

Result<Matcher> TagMatcher(const Criterion& c, const MethodScope&) {
  return Matcher([value = c.value](const Resource& r) { return r.tags != nullptr && AnyMatches(value, *r.tags); });
}

// "./models//a/" → {"models", "a"}.
Texts PathParts(std::string_view path) {
  Texts parts;
  for (auto& part : Split(path, '/')) {
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
  }
  return parts;
}

bool MatchesPath(const Texts& pattern, size_t at, const Texts& path, size_t from) {
  if (at == pattern.size()) return from == path.size();
  if (pattern[at] == "**") {
    for (size_t skip = from; skip <= path.size(); ++skip) {
      if (MatchesPath(pattern, at + 1, path, skip)) return true;
    }
    return false;
  }
  return from < path.size() && MatchesWildcard(pattern[at], path[from]) && MatchesPath(pattern, at + 1, path, from + 1);
}

// A file of the project itself, or a folder above it; what packages hold counts by the same names.
Result<Matcher> PathMatcher(const Criterion& c, const MethodScope& scope) {
  std::string value = c.value;
  const std::string root = scope.manifest->project.folder + "/";
  if (value.starts_with(root)) value.erase(0, root.size());
  const Texts pattern = PathParts(value);
  std::set<std::string, std::less<>> found;
  for (const auto& path : *scope.paths) {
    if (MatchesPath(pattern, 0, PathParts(path), 0)) found.insert(path);
  }
  return Matcher([found = std::move(found)](const Resource& r) {
    if (!r.patch_path.empty() && found.count(r.patch_path) > 0) return true;
    for (std::string_view path = r.original_path; !path.empty();) {
      if (found.count(path) > 0) return true;
      const size_t slash = path.rfind('/');
      path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    }
    return false;
  });
}

Result<Matcher> FileMatcher(const Criterion& c, const MethodScope&) {
  return Matcher([value = c.value](const Resource& r) {
    const std::string_view file = r.original_path.substr(r.original_path.rfind('/') + 1);
    return MatchesWildcard(value, file) || MatchesWildcard(value, file.substr(0, file.rfind('.')));
  });
}

Result<Matcher> PackageMatcher(const Criterion& c, const MethodScope& scope) {
  const std::string value = c.value == "this" ? scope.manifest->project.name : c.value;
  return Matcher([value](const Resource& r) { return MatchesWildcard(value, r.package); });
}

// A text is compared with texts, and with what YAML calls a boolean; numbers only meet numbers of YAML definitions.
bool SameSetting(const Criterion& c, const Value& setting) {
  if (!c.typed_value.is_null() && !c.typed_value.is_string()) return c.typed_value == setting;
  if (setting.is_bool()) return EqualsIgnoreCase(c.value, setting.as_bool() ? "true" : "false");
  return setting.is_string() && c.value == setting.as_string();
}

Result<Matcher> ConfigMatcher(const Criterion& c, const MethodScope&) {
  return Matcher([c](const Resource& r) {
    if (r.node == nullptr && r.source == nullptr) return false;
    const Value* setting = r.config;
    for (const auto& key : c.arguments) {
      setting = setting->Find(key);
      if (setting == nullptr) return false;
    }
    if (setting->is_list()) {
      return std::any_of(setting->list().begin(), setting->list().end(), [&](const Value& item) { return SameSetting(c, item); });
    }
    if (c.arguments.size() == 1 && c.arguments[0] == "severity") return EqualsIgnoreCase(setting->ToText(), c.value);
    return SameSetting(c, *setting);
  });
}

Result<Matcher> ResourceTypeMatcher(const Criterion& c, const MethodScope&) {
  static const std::set<std::string> types = {"model",  "seed",     "snapshot", "test",           "unit_test",   "analysis",
                                              "source", "exposure", "metric",   "semantic_model", "saved_query", "operation",
                                              "macro",  "doc",      "group",    "function"};
  if (types.count(c.value) == 0) {
    return Unknown(c, "model, seed, snapshot, test, unit_test, analysis, source, exposure, metric, semantic_model, saved_query");
  }
  return Matcher([value = c.value](const Resource& r) { return r.type == value; });
}

Result<Matcher> TestTypeMatcher(const Criterion& c, const MethodScope&) {
  const std::string& value = c.value;
  const bool generic = value == "generic" || value == "schema", data = value == "data", unit = value == "unit";
  if (!generic && !data && !unit && value != "singular") return Unknown(c, "generic, singular, unit, data");
  if (unit) return Matcher([](const Resource& r) { return r.type == "unit_test"; });
  return Matcher([generic, data](const Resource& r) {
    return r.node != nullptr && r.type == "test" && (data || r.node->test.has_value() == generic);
  });
}

Result<Matcher> TestNameMatcher(const Criterion& c, const MethodScope&) {
  return Matcher([value = c.value](const Resource& r) {
    if (r.type == "unit_test") return MatchesWildcard(value, r.name);
    return r.node != nullptr && r.node->test.has_value() && MatchesWildcard(value, r.node->test->name);
  });
}

Result<Matcher> GroupMatcher(const Criterion& c, const MethodScope&) {
  return Matcher([value = c.value](const Resource& r) {
    if (r.node == nullptr && r.type != "metric") return false;
    const Value& group = (*r.config)["group"];
    return group.is_string() && MatchesWildcard(value, group.as_string());
  });
}

Result<Matcher> AccessMatcher(const Criterion& c, const MethodScope&) {
  return Matcher([value = c.value](const Resource& r) {
    return r.type == "model" && MatchesWildcard(value, (*r.config)["access"].ToText());
  });
}

// Whether the version comes after the latest one.
bool IsPrerelease(const model::Node& node) {
  const Value mine = ResolveYamlScalar(node.version), latest = model::LatestVersion(node);
  if (mine.is_number() && latest.is_number()) return mine.as_float() > latest.as_float();
  return mine.ToText() > latest.ToText();
}

Result<Matcher> VersionMatcher(const Criterion& c, const MethodScope&) {
  const std::string& value = c.value;
  if (value != "latest" && value != "prerelease" && value != "old" && value != "none")
    return Unknown(c, "latest, prerelease, old, none");
  return Matcher([value](const Resource& r) {
    if (r.type != "model") return false;
    if (r.node->version.empty()) return value == "none";
    if (r.node->latest_version) return value == "latest";
    return value == (IsPrerelease(*r.node) ? "prerelease" : "old");
  });
}

Result<Matcher> ConnectionMatcher(const Criterion& c, const MethodScope& scope) {
  return Matcher([value = c.value, target = scope.manifest->target](const Resource& r) {
    if (r.node == nullptr && r.source == nullptr) return false;
    const std::string& connection = r.node != nullptr ? r.node->connection : r.source->connection;
    return MatchesWildcard(value, connection.empty() ? target : connection);
  });
}

// "table", "source.table" or "package.source.table".
Result<Matcher> SourceMatcher(const Criterion& c, const MethodScope&) {
  const Texts parts = Split(c.value, '.');
  if (parts.size() > 3)
    return Error(ErrorCode::kInvalidArgument, fmt::format("'source:{}' has too many parts", c.value))
        .WithHint("write source:NAME, source:NAME.TABLE or source:PACKAGE.NAME.TABLE");
  return Matcher([parts](const Resource& r) {
    if (r.source == nullptr) return false;
    if (parts.size() == 3 && !MatchesWildcard(parts[0], r.package)) return false;
    const size_t at = parts.size() == 3 ? 1 : 0;
    return MatchesWildcard(parts[at], r.source->source_name) &&
           (parts.size() == 1 || MatchesWildcard(parts[at + 1], r.source->name));
  });
}

// exposure, metric, semantic_model, saved_query, unit_test: "name" or "package.name".
Result<Matcher> NamedMatcher(const Criterion& c, const MethodScope& scope) {
  Texts parts = Split(c.value, '.');
  if (parts.size() > 2)
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}:{}' has too many parts", c.method, c.value))
        .WithHint(fmt::format("write {0}:NAME or {0}:PACKAGE.NAME", c.method));
  if (parts.size() == 2 && parts[0] == "this") parts[0] = scope.manifest->project.name;
  return Matcher([parts, type = c.method](const Resource& r) {
    return r.type == type && MatchesWildcard(parts.back(), r.name) && (parts.size() == 1 || MatchesWildcard(parts[0], r.package));
  });
}

// The methods that look back need something to look at.
Status CheckPrevious(const Criterion& c, const model::PreviousState* previous) {
  const bool state = c.method == "state", result = c.method == "result";
  const char* file = state ? "manifest.json" : result ? "run_results.json" : "sources.json";
  const bool there = previous != nullptr && (state    ? previous->has_manifest
                                             : result ? previous->has_results
                                                      : !previous->loaded_at.empty());
  if (there) return {};
  return Error(ErrorCode::kInvalidArgument, fmt::format("'{}:{}' compares with an earlier run, and there is no {}{}", c.method,
                                                        c.value, file, previous == nullptr ? "" : " in " + previous->folder))
      .WithHint("name the folder of its artifacts with --state");
}

Result<Matcher> StateMatcher(const Criterion& c, const MethodScope& scope) {
  if (!IsStateValue(c.value)) {
    return Unknown(c,
                   "new, old, modified, unmodified, or modified.body, .configs, .relation, .persisted_descriptions, .macros, "
                   ".contract");
  }
  DVT_TRY(CheckPrevious(c, scope.previous));
  return Matcher(
      [c, scope](const Resource& r) { return Changes(*scope.manifest, *scope.previous).Matches(std::string(r.id), c.value); });
}

Result<Matcher> ResultMatcher(const Criterion& c, const MethodScope& scope) {
  DVT_TRY(CheckPrevious(c, scope.previous));
  return Matcher([value = c.value, previous = scope.previous](const Resource& r) {
    const auto result = previous->results.find(std::string(r.id));
    return result != previous->results.end() && MatchesWildcard(value, result->second);
  });
}

Result<Matcher> SourceStatusMatcher(const Criterion& c, const MethodScope& scope) {
  if (c.value != "fresher") return Unknown(c, "fresher");
  DVT_TRY(CheckPrevious(c, scope.previous));
  return Matcher([previous = scope.previous](const Resource& r) { return previous->fresher.count(std::string(r.id)) > 0; });
}

constexpr struct {
  std::string_view method;
  Result<Matcher> (*make)(const Criterion&, const MethodScope&);
} kMatchers[] = {
    {"access", &AccessMatcher},
    {"config", &ConfigMatcher},
    {"connection", &ConnectionMatcher},
    {"exposure", &NamedMatcher},
    {"file", &FileMatcher},
    {"fqn", &FqnMatcher},
    {"group", &GroupMatcher},
    {"metric", &NamedMatcher},
    {"package", &PackageMatcher},
    {"path", &PathMatcher},
    {"resource_type", &ResourceTypeMatcher},
    {"result", &ResultMatcher},
    {"saved_query", &NamedMatcher},
    {"semantic_model", &NamedMatcher},
    {"source", &SourceMatcher},
    {"source_status", &SourceStatusMatcher},
    {"state", &StateMatcher},
    {"tag", &TagMatcher},
    {"test_name", &TestNameMatcher},
    {"test_type", &TestTypeMatcher},
    {"unit_test", &NamedMatcher},
    {"version", &VersionMatcher},
};

}  // namespace

Result<Matcher> MakeMatcher(const Criterion& criterion, const MethodScope& scope) {
  for (const auto& matcher : kMatchers) {
    if (matcher.method == criterion.method) return matcher.make(criterion, scope);
  }
  return Error(ErrorCode::kInternal, fmt::format("the selection method '{}' has no matcher", criterion.method));
}

std::set<std::string, std::less<>> KnownPaths(const model::Manifest& manifest) {
  std::set<std::string, std::less<>> paths;
  auto add = [&](const std::string& id) {
    const Resource resource = FindResource(manifest, id);
    if (resource.package != manifest.project.name) return;
    for (std::string_view path : {resource.original_path, resource.patch_path}) {
      while (!path.empty() && paths.emplace(path).second) {
        const size_t slash = path.rfind('/');
        path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
      }
    }
  };
  for (const auto& entry : manifest.nodes) add(entry.first);
  for (const auto& entry : manifest.sources) add(entry.first);
  for (const auto& entry : manifest.exposures) add(entry.first);
  for (const auto& entry : manifest.semantic_nodes) add(entry.first);
  return paths;
}

}  // namespace dvt::graph
