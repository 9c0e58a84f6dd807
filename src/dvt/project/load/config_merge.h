#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/text/value.h"
#include "dvt/model/node.h"

namespace dvt::project {

/// Whether `key` is the name of a config that dvt knows.
bool IsConfigKey(std::string_view key);

/// dbt's defaults of a resource's config, every documented key present.
Value DefaultConfig(model::ResourceType type);

/// Merges one layer over another: tags, packages and hooks add up; meta, docs, quoting and the like merge by key; grants add
/// where the key begins with '+'; all else is replaced. Hook spellings (pre_hook, "pre-hook", one text or a list) become lists of
/// {sql, transaction, index}.
void MergeConfig(Value& into, const Value& layer);

/// The layers of a `+config` tree that apply to a resource of this fqn, outermost first: at each level the keys with '+' and
/// the plain ones that are no folders.
std::vector<Value> ConfigLayers(const Value& tree, const std::vector<std::string>& fqn);

/// Warns about `+materialzed` and the like: keys that nearly are a known config.
void CheckConfigTree(const Value& tree, const std::string& section, const std::string& file, Diagnostics& diagnostics);
/// The same for one mapping without '+' (a property file's `config:`).
void CheckConfigKeys(const Value& config, const std::string& owner, const std::string& file, Diagnostics& diagnostics,
                     Mark at = {});

/// The config's `tags` as texts, each once, in order.
std::vector<std::string> UniqueTags(const Value& tags);

}  // namespace dvt::project
