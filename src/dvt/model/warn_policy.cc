#include "dvt/model/warn_policy.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "dvt/base/text/text.h"

namespace dvt::model {

namespace {

// The names that a warning can have. dbt's that dvt never gives are here too, so that a configuration written for dbt is accepted.
struct Warning {
  const char* name;
  const char* code;
};

constexpr Warning kWarnings[] = {
    {"AdapterDeprecationWarning", "D005"},
    {"AdapterEventWarning", "E003"},
    {"ArgumentsPropertyInGenericTestDeprecation", "D038"},
    {"BehaviorChangeEvent", "D000"},
    {"CatalogGenerationError", "E040"},
    {"CollectFreshnessReturnSignature", "D012"},
    {"ConfigDataPathDeprecation", "D004"},
    {"ConfigLogPathDeprecation", "D010"},
    {"ConfigSourcePathDeprecation", "D003"},
    {"ConfigTargetPathDeprecation", "D011"},
    {"ConstraintNotEnforced", "E048"},
    {"ConstraintNotSupported", "E049"},
    {"CustomKeyInConfigDeprecation", "D026"},
    {"CustomKeyInObjectDeprecation", "D027"},
    {"CustomOutputPathInSourceFreshnessDeprecation", "D029"},
    {"CustomTopLevelKeyDeprecation", "D025"},
    {"DeprecatedModel", "I065"},
    {"DeprecatedReference", "I067"},
    {"Deprecations", ""},
    {"DeprecationsSummary", "D028"},
    {"DepsScrubbedPackageName", "M035"},
    {"DepsUnpinned", "M029"},
    {"DuplicateNameDistinctNodeTypesDeprecation", "D040"},
    {"DuplicateYAMLKeysDeprecation", "D024"},
    {"EnvironmentVariableNamespaceDeprecation", "D036"},
    {"EnvironmentVariableRenamed", "D009"},
    {"ExposureNameDeprecation", "D007"},
    {"FreshnessConfigProblem", "I073"},
    {"GenerateSchemaNameNullValueDeprecation", "D044"},
    {"GenericJSONSchemaValidationDeprecation", "D022"},
    {"GenericSemanticLayerDeprecation", "D042"},
    {"GetMetaKeyWarning", "D041"},
    {"InternalDeprecation", "D008"},
    {"InvalidConcurrentBatchesConfig", "I075"},
    {"InvalidMacroAnnotation", "I076"},
    {"InvalidValueForField", "I008"},
    {"JinjaLogWarning", "I061"},
    {"LogFreshnessResult", "Q018"},
    {"LogTestResult", "Q007"},
    {"MFConverterIssue", "I078"},
    {"MFCumulativeTypeParamsDeprecation", "D019"},
    {"MFTimespineWithoutYamlConfigurationDeprecation", "D018"},
    {"MacroNotFoundForPatch", "I059"},
    {"MetricAttributesRenamed", "D006"},
    {"MicrobatchMacroOutsideOfBatchesDeprecation", "D020"},
    {"MicrobatchModelNoEventTimeInputs", "I074"},
    {"MissingArgumentsPropertyInGenericTestDeprecation", "D039"},
    {"MissingPlusPrefixDeprecation", "D037"},
    {"ModelParamUsageDeprecation", "D032"},
    {"ModulesItertoolsUsageDeprecation", "D034"},
    {"NoNodeForYamlKey", "I058"},
    {"NoNodesForSelectionCriteria", "M030"},
    {"NoNodesSelected", "Q038"},
    {"NodeNotFoundOrDisabled", "I060"},
    {"NothingToDo", "Q035"},
    {"PackageInstallPathDeprecation", "D002"},
    {"PackageMaterializationOverrideDeprecation", "D016"},
    {"PackageNodeDependsOnRootProjectNode", "I077"},
    {"PackageRedirectDeprecation", "D001"},
    {"ProjectFlagsMovedDeprecation", "D013"},
    {"PropertyMovedToConfigDeprecation", "D030"},
    {"ResourceNamesWithSpacesDeprecation", "D015"},
    {"RunResultWarning", "Z021"},
    {"RunResultWarningMessage", "Z046"},
    {"SeedExceedsLimitAndPathChanged", "I054"},
    {"SeedExceedsLimitChecksumChanged", "I055"},
    {"SeedExceedsLimitSamePath", "I053"},
    {"SeedIncreased", "I052"},
    {"SelectExcludeIgnoredWithSelectorWarning", "Z064"},
    {"SemanticValidationFailure", "I070"},
    {"SnapshotTimestampWarning", "Q043"},
    {"SourceFreshnessProjectHooksNotRun", "D017"},
    {"SourceOverrideDeprecation", "D035"},
    {"TestsConfigDeprecation", "D012"},
    {"TimeDimensionsRequireGranularityDeprecation", "D041"},
    {"UnexpectedJinjaBlockDeprecation", "D023"},
    {"UnsupportedConstraintMaterialization", "I068"},
    {"UnusedResourceConfigPath", "I051"},
    {"UnusedTables", "I056"},
    {"UnversionedBreakingChange", "I071"},
    {"UpcomingReferenceDeprecation", "I066"},
    {"ValidationWarning", "I009"},
    {"WEOIncludeExcludeDeprecation", "D031"},
    {"WarnStateTargetEqual", "I072"},
    {"WrongResourceSchemaFile", "I057"},
    {"DVT001", "DVT001"},
    {"DVT002", "DVT002"},
    {"DVT003", "DVT003"},
    {"DVT004", "DVT004"},
    {"DVT005", "DVT005"},
    {"DVT006", "DVT006"},
    {"DVT007", "DVT007"},
};

std::vector<std::string> WarningNames() {
  std::vector<std::string> names;
  for (const auto& warning : kWarnings) names.emplace_back(warning.name);
  return names;
}

const Warning* FindWarning(std::string_view name) {
  const auto* found = std::find_if(std::begin(kWarnings), std::end(kWarnings), [&](const auto& w) { return name == w.name; });
  return found == std::end(kWarnings) ? nullptr : found;
}

bool IsAll(const Value& value) { return value.is_string() && (value.as_string() == "all" || value.as_string() == "*"); }

Error Wrong(std::string_view origin, const std::string& what, const std::string& hint) {
  return Error(ErrorCode::kConfig, std::string(origin) + ": " + what).WithHint(hint);
}

}  // namespace

WarnPolicy WarnPolicy::EveryWarningFails() {
  WarnPolicy policy;
  policy.all_ = true;
  return policy;
}

bool WarnPolicy::Contains(const Names& names, std::string_view name) {
  if (names.find(name) != names.end()) return true;
  return name.ends_with("Deprecation") && names.find("Deprecations") != names.end();
}

WarnPolicy::Treatment WarnPolicy::Of(std::string_view name) const {
  if (Contains(silence_, name)) return Treatment::kSilence;
  if (all_) return Contains(warn_, name) ? Treatment::kWarn : Treatment::kFail;
  return Contains(error_, name) ? Treatment::kFail : Treatment::kWarn;
}

Result<WarnPolicy> WarnPolicy::FromValue(const Value& value, std::string_view origin) {
  constexpr const char* kForm =
      "write {error: all, warn: [NothingToDo], silence: [DVT003]}, with `all` or a list of names after error";
  WarnPolicy policy;
  if (value.is_null()) return policy;
  if (!value.is_map()) return Wrong(origin, "a mapping is expected, not " + std::string(value.TypeName()), kForm);
  const std::vector<std::pair<std::string, Names*>> keys{{"error", &policy.error_},
                                                         {"include", &policy.error_},
                                                         {"warn", &policy.warn_},
                                                         {"exclude", &policy.warn_},
                                                         {"silence", &policy.silence_}};
  for (const auto& [fresh, old] : {std::pair{"error", "include"}, std::pair{"warn", "exclude"}}) {
    if (value.Find(fresh) != nullptr && value.Find(old) != nullptr)
      return Wrong(origin, std::string("`") + fresh + "` and `" + old + "` are the same setting",
                   "keep `" + std::string(fresh) + "`");
  }
  for (const auto& entry : value.map()) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& known) { return known.first == entry.key; });
    if (key == keys.end())
      return Wrong(origin, "'" + entry.key + "' is unknown." + DidYouMean(entry.key, {"error", "warn", "silence"}), kForm);
    const bool fails = key->second == &policy.error_;
    if (entry.value.is_null()) continue;
    if (fails && IsAll(entry.value)) {
      policy.all_ = true;
      continue;
    }
    if (!entry.value.is_list()) return Wrong(origin, "'" + entry.key + "' needs a list of names", kForm);
    for (const auto& item : entry.value.list()) {
      const std::string name = item.ToText();
      if (fails && IsAll(item)) {
        policy.all_ = true;
      } else if (FindWarning(name) == nullptr) {
        return Wrong(origin, "there is no warning '" + name + "'." + DidYouMean(name, WarningNames()), kForm);
      } else {
        key->second->insert(name);
      }
    }
  }
  return policy;
}

std::string WarningCode(std::string_view name) {
  const Warning* found = FindWarning(name);
  return found == nullptr ? "" : found->code;
}

Value WarnPolicy::ToValue() const {
  auto list = [](const Names& names) {
    Value out = Value::MakeList();
    for (const auto& name : names) out.Push(name);
    return out;
  };
  Value value = Value::MakeMap();
  value.Set("error", all_ ? Value("all") : list(error_));
  value.Set("warn", list(warn_));
  value.Set("silence", list(silence_));
  return value;
}

}  // namespace dvt::model
