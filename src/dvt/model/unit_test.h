#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt::model {

/// Rows written down: what stands in for an input, or what the model is expected to give.
struct UnitTestRows {
  std::string input;            ///< "ref('orders')", "source('a', 'b')" or "this" as written; empty: the expected rows
  std::string input_id;         ///< unique id of the node or source that the rows stand for
  std::string format = "dict";  ///< "dict", "csv" or "sql"
  Value rows;                   ///< a list of mappings with their marks; of format sql: the text
  std::string fixture;          ///< name of a file under tests/fixtures; empty: written in place
  Place place;                  ///< of the rows, in the property file or in the fixture
};

/// What a unit test says: the rows that its model reads, and those that must come out.
struct UnitTestCase {
  std::string model;
  std::string tested_node;  ///< unique id of the model
  std::vector<UnitTestRows> given;
  UnitTestRows expect;
  Value overrides;  ///< macros, vars, env_vars: mappings; null: none
  Value versions;   ///< include, exclude; null: all
};

}  // namespace dvt::model
