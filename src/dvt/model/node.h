#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/model/unit_test.h"

namespace dvt::model {

enum class ResourceType { kModel, kSeed, kTest, kSnapshot, kAnalysis, kOperation, kUnitTest, kFunction };
std::string_view ResourceTypeName(ResourceType type);  ///< "model", "seed", …

/// A call `ref('package', 'name', version=…)`.
struct RefCall {
  std::string package;  ///< empty: not given
  std::string name;
  std::string version;
  Place place;
};

/// A call `source('source', 'table')`.
struct SourceCall {
  std::string source;
  std::string table;
  Place place;
};

/// One constraint of a contract: of a column, or of the whole relation.
struct Constraint {
  std::string type;  ///< check, not_null, unique, primary_key, foreign_key, custom
  std::string name;
  std::string expression;
  bool warn_unenforced = true;   ///< say so where the system takes but does not enforce it
  bool warn_unsupported = true;  ///< say so where the system has no such thing
  std::string to;                ///< of a foreign key: `ref('x')` as written; once linked the relation as SQL
  std::vector<std::string> to_columns;
  std::vector<std::string> columns;  ///< of a relation's constraint
  std::vector<RefCall> refs;         ///< what `to` calls: one ref or one source
  std::vector<SourceCall> sources;
  Mark mark;
};

/// A documented column of a property file.
struct ColumnProperties {
  std::string name;
  std::string description;
  std::string data_type;
  Value meta;
  std::vector<std::string> tags;
  std::optional<bool> quote;
  std::vector<Constraint> constraints;
  Value raw;  ///< the whole YAML entry
  Mark mark;
};

/// What a generic test was made from.
struct TestMetadata {
  std::string name;     ///< "unique"
  std::string package;  ///< macro package prefix, empty: none
  Value kwargs;         ///< arguments; `model` is the ref text
  std::string column;   ///< empty: a test of the whole relation
  std::string attached_node;
};

/// Anything that runs: model, seed, test, snapshot, analysis, unit test.
struct Node {
  std::string unique_id;  ///< "model.shop.orders"
  ResourceType type = ResourceType::kModel;
  std::string package;
  std::string name;
  std::string path;           ///< relative to the resource folder
  std::string original_path;  ///< relative to the project folder
  std::string raw_code;
  std::string language = "sql";
  std::string checksum;  ///< sha256 of the raw text
  std::vector<std::string> fqn;
  std::string alias;
  std::string database;
  std::string schema;
  std::string connection;                 ///< the output on which it lives
  Value config;                           ///< merged dbt config: materialized, tags, meta, schema, alias, target, compute, …
  Value given_config = Value::MakeMap();  ///< `config` without its defaults: dbt's `unrendered_config`
  std::vector<std::string> tags;          ///< each once; the property file's last
  std::string description;
  std::vector<ColumnProperties> columns;
  Value patch;  ///< raw YAML entry, null if none
  std::string patch_path;
  std::vector<RefCall> refs;
  std::vector<SourceCall> sources;
  std::vector<RefCall> functions;  ///< function('name') and function('package', 'name')
  std::vector<std::string> depends_on_nodes;
  std::vector<std::string> depends_on_macros;
  std::optional<TestMetadata> test;
  std::optional<UnitTestCase> unit_test;
  std::string version;
  bool latest_version = false;  ///< of a versioned model
  std::vector<Constraint> constraints;
  std::vector<std::string> primary_key;  ///< by constraint, else as its tests have it
  std::string deprecation_date;          ///< "2024-01-31T00:00:00+00:00", or empty
  std::string contract_checksum;         ///< of an enforced contract: names, types and constraints
  std::string relation_name;             ///< as SQL, quoted; empty if it is no relation (ephemeral, most tests)
  Place place;                           ///< the file, or the YAML entry of a generic test
  std::string package_folder;            ///< absolute folder of the package that holds it

  // Filled by compiling.
  bool compiled = false;
  std::string compiled_code;
  std::vector<std::pair<std::string, std::string>> extra_ctes;  ///< (node id, sql)

  std::string materialized() const;
  bool is_ephemeral() const { return materialized() == "ephemeral"; }
  /// Whether `contract: {enforced: true}` is configured.
  bool contract_enforced() const;
};

/// A source table.
struct SourceNode {
  std::string unique_id;  ///< "source.shop.crm.customers"
  std::string package;
  std::string source_name;
  std::string name;
  std::string identifier;
  std::string database;
  std::string schema;
  std::string connection;  ///< empty: the default target
  Value quoting;
  std::string loader;
  std::string description;
  std::string source_description;
  std::vector<ColumnProperties> columns;
  Value config;
  std::vector<std::string> tags;
  Value freshness;
  std::string loaded_at_field;
  std::string relation_name;  ///< as SQL, quoted
  std::string original_path;
  std::vector<std::string> fqn;
  Value raw;
  Place place;
};

/// A macro of the project, of a package or built in.
struct MacroNode {
  std::string unique_id;  ///< "macro.shop.cents"
  std::string package;    ///< "dvt" for built-in ones
  std::string name;
  std::string path;
  std::string original_path;
  std::string text;
  std::vector<std::string> depends_on_macros;
  std::string description;
  std::string patch_path;
  Value patch;  ///< raw YAML entry, null if none
  Place place;
};

struct ExposureNode {
  std::string unique_id;
  std::string name;
  std::string package;
  std::string path;           ///< relative to the resource folder
  std::string original_path;  ///< relative to the project folder
  std::vector<std::string> fqn;
  Value config;
  std::vector<std::string> tags;
  Value raw;
  std::vector<RefCall> refs;
  std::vector<SourceCall> sources;
  std::vector<std::string> metrics;  ///< names of metrics it shows
  std::vector<std::string> depends_on_nodes;
  Place place;
};

}  // namespace dvt::model
