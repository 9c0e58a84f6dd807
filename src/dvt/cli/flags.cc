#include "dvt/cli/flags.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <variant>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/base/text/yaml_repeats.h"

namespace dvt::cli {

namespace {

using Member = std::variant<bool Options::*, int Options::*, std::string Options::*, std::vector<std::string> Options::*>;

// Who may set a flag besides the command line and the environment.
enum class Project { kNo, kMay };

struct Flag {
  const char* name;  // dbt's; the option is --name with dashes
  Member member;
  Project project = Project::kNo;
  std::vector<std::string> allowed;      // empty: anything
  const char* older_variable = nullptr;  // an earlier name in the environment, without DBT_
  bool older_negates = false;
};

const std::vector<std::string> kFormats{"text", "debug", "json", "default"};
const std::vector<std::string> kLevels{"debug", "info", "warn", "error", "none"};

const std::vector<Flag>& Flags() {
  static const std::vector<Flag> flags{
      {"debug", &Options::debug, Project::kMay, {}},
      {"defer", &Options::defer, Project::kNo, {}, "DEFER_TO_STATE"},
      {"defer_state", &Options::defer_state},
      {"empty", &Options::empty},
      {"event_time_end", &Options::event_time_end},
      {"event_time_start", &Options::event_time_start},
      {"fail_fast", &Options::fail_fast, Project::kMay},
      {"favor_state", &Options::favor_state, Project::kNo, {}, "FAVOR_STATE_MODE"},
      {"full_refresh", &Options::full_refresh},
      {"indirect_selection", &Options::indirect_selection, Project::kMay, {"eager", "cautious", "buildable", "empty"}},
      {"log_file_max_bytes", &Options::log_file_max_bytes},
      {"log_format", &Options::log_format, Project::kMay, kFormats},
      {"log_format_file", &Options::log_format_file, Project::kMay, kFormats},
      {"log_level", &Options::log_level, Project::kMay, kLevels},
      {"log_level_file", &Options::log_level_file, Project::kMay, kLevels},
      {"log_path", &Options::log_path},
      {"print", &Options::print, Project::kNo, {}, "NO_PRINT", true},
      {"printer_width", &Options::printer_width, Project::kMay},
      {"profile", &Options::profile},
      {"project_dir", &Options::project_dir},
      {"quiet", &Options::quiet, Project::kMay},
      {"resource_types", &Options::resource_types},
      {"sample", &Options::sample},
      {"single_threaded", &Options::single_threaded},
      {"partial_parse", &Options::partial_parse, Project::kMay},
      {"state", &Options::state, Project::kNo, {}, "ARTIFACT_STATE_PATH"},
      {"store_failures", &Options::store_failures, Project::kMay},
      {"target", &Options::target},
      {"target_path", &Options::target_path},
      {"use_colors", &Options::use_colors, Project::kMay},
      {"use_colors_file", &Options::use_colors_file, Project::kMay},
      {"version_check", &Options::version_check, Project::kMay},
      {"warn_error", &Options::warn_error, Project::kMay},
      {"warn_error_options", &Options::warn_error_options, Project::kMay},
      {"write_json", &Options::write_json, Project::kMay},
  };
  return flags;
}

std::string OptionName(const char* flag) { return ReplaceAll(flag, "_", "-"); }

Error WrongValue(const std::string& where, const std::string& value, const std::string& expected) {
  return Error(ErrorCode::kInvalidArgument, "'" + value + "' is not a value of " + where).WithHint("it takes " + expected);
}

std::optional<bool> Truth(const std::string& text) {
  const std::string word = ToLower(text);
  for (const char* yes : {"1", "t", "true", "y", "yes", "on"}) {
    if (word == yes) return true;
  }
  for (const char* no : {"0", "f", "false", "n", "no", "off"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

Status SetFromText(Options& options, const Flag& flag, const std::string& text, const std::string& where, bool negate) {
  if (const auto* member = std::get_if<bool Options::*>(&flag.member)) {
    const auto truth = Truth(text);
    if (!truth) return WrongValue(where, text, "true or false");
    options.*(*member) = *truth != negate;
  } else if (const auto* member = std::get_if<int Options::*>(&flag.member)) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return WrongValue(where, text, "a whole number");
    options.*(*member) = number;
  } else if (const auto* member = std::get_if<std::string Options::*>(&flag.member)) {
    if (!flag.allowed.empty() && std::find(flag.allowed.begin(), flag.allowed.end(), text) == flag.allowed.end())
      return WrongValue(where, text, Join(flag.allowed, ", "));
    options.*(*member) = text;
  } else {
    auto& list = options.*std::get<std::vector<std::string> Options::*>(flag.member);
    for (const auto& word : Split(text, ' ')) {
      if (!word.empty()) list.push_back(word);
    }
  }
  return {};
}

struct FromEnvironment {
  std::string variable;
  std::string value;
  bool negate = false;
};

std::optional<FromEnvironment> LookUp(const Flag& flag, const project::EnvLookup& env) {
  const std::string upper = ToUpper(flag.name);
  for (const char* prefix : {"DVT_", "DBT_ENGINE_", "DBT_"}) {
    auto value = env(prefix + upper);
    if (value && !value->empty()) return FromEnvironment{prefix + upper, *value};
  }
  if (flag.older_variable == nullptr) return std::nullopt;
  const std::string older = std::string("DBT_") + flag.older_variable;
  auto value = env(older);
  if (!value || value->empty()) return std::nullopt;
  return FromEnvironment{older, *value, flag.older_negates};
}

// Where a flag got its value: the higher, the stronger.
enum Rank { kDefault, kProject, kEnvironment, kTyped };

Result<Rank> ResolveOne(Options& options, const Flag& flag, const project::EnvLookup& env, const ProjectHead& project) {
  if (options.given.contains(OptionName(flag.name))) return kTyped;
  if (const auto found = LookUp(flag, env)) {
    DVT_TRY(SetFromText(options, flag, found->value, "environment variable " + found->variable, found->negate));
    return kEnvironment;
  }
  if (flag.project == Project::kNo) return kDefault;
  const Value* value = project.flags.Find(flag.name);
  if (value == nullptr || value->is_null()) return kDefault;
  const std::string text = value->is_map() || value->is_list() ? ToJson(*value) : value->ToText();
  const Place place{project.file, value->mark().line, value->mark().column};
  auto set = SetFromText(options, flag, text, std::string("`flags: ") + flag.name + "`", false);
  if (!set) return std::move(set).error().At(place);
  return kProject;
}

// Both say what becomes of warnings; the one that was said closer to the call counts.
Status DecideWarnings(Options& options, Rank all, Rank some) {
  if (all != kDefault && all == some && options.warn_error)
    return Error(ErrorCode::kInvalidArgument, "--warn-error and --warn-error-options contradict each other")
        .WithHint("use --warn-error-options '{error: all, …}' alone");
  if (options.warn_error && all > some) {
    options.warn_policy = model::WarnPolicy::EveryWarningFails();
    return {};
  }
  if (options.warn_error_options.empty()) return {};
  DVT_ASSIGN(const Value value, ParseYaml(options.warn_error_options, "--warn-error-options"));
  DVT_ASSIGN(options.warn_policy, model::WarnPolicy::FromValue(value, "warn_error_options"));
  options.warn_error = options.warn_policy.every_warning_fails();
  return {};
}

}  // namespace

std::string ProjectFolder(const Options& options, const project::EnvLookup& env) {
  if (options.given.contains("project-dir")) return options.project_dir;
  const auto flag =
      std::find_if(Flags().begin(), Flags().end(), [](const Flag& f) { return std::string_view(f.name) == "project_dir"; });
  const auto found = LookUp(*flag, env);
  return found ? found->value : "";
}

ProjectHead ReadProjectHead(const std::string& start) {
  std::string folder = AbsolutePath(start.empty() ? "." : start);
  for (;;) {
    for (const char* name : {"dvt_project.yml", "dbt_project.yml"}) {
      const std::string file = JoinPath(folder, name);
      if (!FileExists(file)) continue;
      ProjectHead head;
      head.folder = folder;
      head.file = file;
      auto text = ReadFile(file);
      if (!text) return head;
      std::vector<RepeatedKey> repeated;  // told of where the project is read
      const auto yaml = ParseYamlWithRepeats(*text, file, repeated);
      if (!yaml) return head;
      if ((*yaml)["name"].is_string()) head.name = (*yaml)["name"].as_string();
      if ((*yaml)["log-path"].is_string()) head.log_path = (*yaml)["log-path"].as_string();
      if ((*yaml)["target-path"].is_string()) head.target_path = (*yaml)["target-path"].as_string();
      head.flags = (*yaml)["flags"];
      return head;
    }
    const size_t slash = folder.rfind('/');
    if (slash == std::string::npos || slash == 0) return {};
    folder.resize(slash);
  }
}

Status ResolveFlags(Options& options, const project::EnvLookup& env, const ProjectHead& project) {
  Rank all = kDefault, some = kDefault;
  for (const auto& flag : Flags()) {
    DVT_ASSIGN(const Rank rank, ResolveOne(options, flag, env, project));
    if (std::string_view(flag.name) == "warn_error") all = rank;
    if (std::string_view(flag.name) == "warn_error_options") some = rank;
  }
  // One setting for both, unless the file has its own.
  const auto follows = [&](const char* file, const char* both) {
    auto said = [&](const char* name) {
      const auto flag =
          std::find_if(Flags().begin(), Flags().end(), [&](const Flag& f) { return std::string_view(f.name) == name; });
      return options.given.contains(OptionName(name)) || LookUp(*flag, env).has_value() || project.flags.Find(name) != nullptr;
    };
    return said(both) && !said(file);
  };
  if (follows("log_format_file", "log_format") && options.log_format != "default") options.log_format_file = options.log_format;
  if (follows("log_level_file", "log_level")) options.log_level_file = options.log_level;
  if (follows("use_colors_file", "use_colors")) options.use_colors_file = options.use_colors;
  if (options.debug) options.log_level = "debug";
  if (options.single_threaded) options.threads = 1;
  return DecideWarnings(options, all, some);
}

Value FlagsValue(const Options& options) {
  Value flags = Value::MakeMap();
  for (const auto& flag : Flags()) {
    flags.Set(flag.name, std::visit(
                             [&](auto member) -> Value {
                               const auto& value = options.*member;
                               if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::vector<std::string>>) {
                                 Value list = Value::MakeList();
                                 for (const auto& item : value) list.Push(item);
                                 return list;
                               } else if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
                                 return value.empty() ? Value() : Value(value);
                               } else {
                                 return value;
                               }
                             },
                             flag.member));
  }
  flags.Set("warn_error_options", options.warn_policy.ToValue());
  flags.Set("which", options.command);
  return flags;
}

const std::vector<std::string>& IdleSwitches() {
  static const std::vector<std::string> names{"cache-selected-only",     "clean-project-files-only", "introspect",
                                              "hints-enabled",           "log-cache-events",         "macro-debugging",
                                              "partial-parse-file-diff", "populate-cache",           "send-anonymous-usage-stats",
                                              "show-all-deprecations",   "show-resource-report",     "static-parser",
                                              "use-experimental-parser", "use-fast-test-edges",      "use-v2-parser"};
  return names;
}

}  // namespace dvt::cli
