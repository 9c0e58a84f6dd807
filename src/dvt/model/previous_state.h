#pragma once

#include <map>
#include <set>
#include <string>

#include "dvt/base/text/value.h"

namespace dvt::model {

/// What an earlier run left in a folder of artifacts. Read once; read-only afterwards.
struct PreviousState {
  std::string folder;
  bool has_manifest = false;
  Value nodes = Value::MakeMap();  ///< by unique id, in the manifest's shape; likewise the others
  Value unit_tests = Value::MakeMap();
  Value sources = Value::MakeMap();
  Value exposures = Value::MakeMap();
  Value macros = Value::MakeMap();
  Value semantic_nodes = Value::MakeMap();  ///< metrics, semantic models and saved queries
  bool has_results = false;
  std::map<std::string, std::string> results;    ///< unique id → status
  std::map<std::string, Value> batch_results;    ///< unique id → {successful, failed} of a microbatch model
  Value arguments = Value::MakeMap();            ///< of that run: `which`, `select`, …
  std::map<std::string, std::string> loaded_at;  ///< source → max_loaded_at of sources.json
  std::set<std::string> fresher;                 ///< sources that have newer rows now than they had then
};

}  // namespace dvt::model
