#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/thread/thread_pool.h"
#include "dvt/model/project.h"
#include "dvt/project/load/load.h"
#include "dvt/project/load/package.h"
#include "dvt/project/load/parse_cache.h"
#include "dvt/project/load/property_file.h"

namespace dvt::project {

/// Which version of which model a file holds.
struct VersionOf {
  std::string name;
  std::string version;
  bool latest = false;
  const Value* entry = nullptr;  ///< the `versions:` item
  Patch* patch = nullptr;
};

/// The state of one LoadProject call. Its stages are spread over the files of this folder by topic; they run in the order of
/// Run(). Lives for one call, on one thread; the parallel parts write to separate slots.
class Loader {
 public:
  Loader(const LoadOptions& options, TemplateFrontend& frontend, ThreadPool* pool)
      : options_(options), frontend_(frontend), pool_(pool) {}

  Result<model::Manifest> Run();

 private:
  // loader.cc
  Status LoadConfiguration();
  Status ChooseProfile(const std::string& folder, const std::string& name, const YamlScope& scope);
  Status LoadPackages();
  Status LoadMacros();
  void LoadProperties();
  Status Stop() const;  // the errors so far, if any
  template <class Body>
  void Parallel(size_t count, const Body& body) {
    if (pool_) {
      pool_->ParallelFor(static_cast<int>(count), [&](int i) { body(static_cast<size_t>(i)); });
    } else {
      for (size_t i = 0; i < count; ++i) body(i);
    }
  }

  // cached_run.cc
  std::string CacheKey() const;
  bool LoadCached();
  Status ParseMacros();
  void StoreCache();

  // docs.cc
  void LoadDocs();
  std::string Describe(const std::string& text, const std::string& package, const Place& place);
  void DescribeAll();

  // node_builder.cc
  struct Draft {  // a node on its way
    model::Node node;
    const Package* package = nullptr;
    Patch* patch = nullptr;
    const Value* version_entry = nullptr;
    ModelCalls calls;
    Diagnostics findings;
  };
  void IndexVersions();
  void BuildFileNodes();
  Draft MakeDraft(const Package& package, const SourceFile& file, model::ResourceType type, std::string name);
  void AddSnapshots(const Package& package, const SourceFile& file, std::vector<Draft>& drafts);
  void AddYamlSnapshots(std::vector<Draft>& drafts);
  void AttachPatch(Draft& draft);
  void ExtractCalls(Draft& draft);
  /// `config` under the trees of the project files and the property file's config.
  Value LayeredConfig(const Draft& draft, const Value& patch_config, Value config) const;
  struct DraftConfigs {  // a node's configuration before its own config() calls
    Value with_defaults;
    Value given;  // what the project says, without defaults
  };
  void Finish(Draft& draft);
  void ApplyCalls(Draft& draft, const DraftConfigs& before);
  void RenderCalls(Draft& draft, const DraftConfigs& before);
  std::vector<std::string> TagsOf(const Draft& draft, const Value& patch_config) const;
  void ReadPatchColumns(Draft& draft);
  void CheckConfigValues(Draft& draft);
  Patch* PatchOf(const model::Node& node) const;
  void Add(Draft draft);

  // contract.cc
  void ReadContract(Draft& draft);
  void CheckContract(Draft& draft);
  void CheckContractMaterialization(Draft& draft);
  void ReadForeignKeys(Draft& draft);
  void LinkForeignKey(const model::Node& node, model::Constraint& constraint);
  void LinkContracts();

  // governance.cc
  void ReadGovernance(Draft& draft);
  std::string GroupOf(const model::Node& node) const;
  void CheckAccess(const model::Node& node, const model::Node& target);
  void WarnDeprecated(const model::Node& node, const model::Node& target, const std::string& today);
  void CheckGovernance();

  // microbatch.cc
  void CheckMicrobatch(Draft& draft);
  void WarnWithoutEventTime();

  // hooks.cc
  void HookCalls(Draft& draft);
  void AddHookCalls(Draft& draft, const ModelCalls& calls, const std::string& key);
  void CheckHookNames(Draft& draft);

  // sources.cc
  void BuildSources();
  class SourceBuilder;  // one table of a source on its way to a node
  void BuildExposures();
  void PatchMacros();
  void WarnUnusedPatches();
  void WarnMissingVersions(const Patch& patch);

  // semantic.cc
  void BuildGroups();
  void BuildSemanticNodes();
  void BuildSemanticNode(const Patch& patch, model::SemanticNode::Kind kind, const Value& tree);
  void SemanticModelCalls(const Patch& patch, model::SemanticNode& node);
  void AddMeasureMetrics(const model::SemanticNode& semantic);
  void LinkSemanticNodes();

  // groups.cc
  void CheckGroups();
  void CheckGroup(const Value& group, const std::string& package, const std::string& owner, const Place& place);

  // unused_configs.cc
  void WarnUnusedConfigs();

  // selector_file.cc
  void LoadSelectors();

  // unit_tests.cc
  void BuildUnitTests();
  void BuildUnitTest(const Patch& patch);
  std::vector<const model::Node*> TestedModels(const Patch& patch, const std::string& name, bool& disabled);
  model::UnitTestCase ReadUnitTest(const Patch& patch, const model::Node& tested);
  void ResolveInput(const Patch& patch, const model::Node& tested, model::UnitTestRows& rows);
  void CheckIncremental(const Patch& patch, const model::Node& tested, const model::UnitTestCase& test);
  void AddUnitTest(const Patch& patch, const model::Node& tested, model::UnitTestCase test, bool disabled);

  // generic_tests.cc
  void BuildGenericTests();
  struct TestTarget {  // what tests of a property entry are about
    Patch* patch = nullptr;
    std::string id;  // of the node or source
    std::string name;
    std::string version;
    std::string text;   // "ref('x')"
    std::string label;  // in the tests' names
    std::vector<std::string> tags;
    std::vector<model::ColumnProperties> columns;
    const Value* entry = nullptr;
  };
  void NodeTargets(std::vector<TestTarget>& targets);
  void SourceTargets(std::vector<TestTarget>& targets);
  void TestsOf(const Value& map, const model::ColumnProperties* column, const TestTarget& target);
  class TestBuilder;  // one generic test on its way to a node
  bool ConfiguresItself(const std::string& test);
  Status TestCalls(const Value& argument, const std::string& package, const Place& place, ModelCalls& calls);

  // naming.cc
  void NameNodes();
  void NameNode(model::Node& node);
  std::string GenerateName(std::string_view macro, const Value& custom, const model::Node& node, std::string fallback);
  const ConnectionNames& NamesOf(const std::string& connection, const Place& place);
  const RelationWriter& WriterOf(const std::string& connection, const Place& place);
  void NameRelations();
  void CheckDuplicateRelations();

  // link.cc
  void Link();
  void LinkNode(model::Node& node, bool& disable);
  const model::Node* FindRef(const model::RefCall& ref, const std::string& package) const;
  void IndexRefs();
  std::string DescribeNode(const model::Node& node, const Place& place) const;
  Error MissingRef(const model::Node& node, const model::RefCall& ref) const;
  Error MissingSource(const model::Node& node, const model::SourceCall& source) const;
  void LinkExposures();

  const Package* PackageOf(const std::string& name) const;

  const LoadOptions& options_;
  TemplateFrontend& frontend_;
  ThreadPool* pool_;
  EnvLookup env_;
  std::shared_ptr<ReadEnvironment> read_env_;
  std::optional<ParseCache> cache_;
  std::string home_;
  bool target_forced_ = false;
  model::Manifest manifest_;
  std::map<std::string, bool> self_configured_tests_;  // by the test's name
  std::vector<std::unique_ptr<Package>> packages_;     // root first
  std::vector<Patch> patches_;
  std::unordered_map<std::string, Patch*> patch_index_;  // "package|section|name"
  std::unordered_map<std::string, VersionOf> versions_;  // "package|file stem"
  std::unordered_map<std::string, std::vector<const model::Node*>> refs_;
  std::unordered_map<std::string, std::vector<const model::Node*>> functions_;
  std::unordered_map<std::string, std::vector<const model::Node*>> disabled_refs_;
  std::unordered_map<std::string, std::vector<const model::SourceNode*>> source_index_;  // "source.table"
  std::map<std::string, ConnectionNames> connection_names_;
  std::map<std::string, RelationWriter> relation_writers_;  // by connection
};

}  // namespace dvt::project
