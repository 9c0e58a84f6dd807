#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "dvt/model/results.h"
#include "dvt/run/context/compiler.h"
#include "dvt/run/context/run_context.h"
#include "dvt/run/tasks/row_difference.h"

namespace dvt::run {

/// Runs one unit test: the model's text over rows that the test gives in place of its inputs, on the connection that the model is built
/// on and in its dialect (the engine, if that connection runs no SQL). Columns of the rows have the types of the real relations.
/// Lives for one call, on one thread.
class UnitTestRun {
 public:
  UnitTestRun(RunContext& run, const Compiler& compiler, const model::Node& test, NodeAdapter& adapter, std::stop_token stop);

  /// Sets status, message, failures and the compiled text. An error: the test could not be run.
  Status Run(model::NodeResult& result);

 private:
  struct ColumnType {
    std::string name;
    std::string spelling;  // of the type, on the connection
    columnar::DataType type;
  };
  using Types = std::vector<ColumnType>;

  Status PlaceInputs();
  Result<std::string> InputSql(const model::UnitTestRows& rows);
  Result<Types> InputTypes(const model::UnitTestRows& rows);
  Result<Types> TypesOf(const columnar::Fields& fields, const std::string& connection_type) const;
  Result<columnar::Fields> OwnFields();
  Result<columnar::Fields> EphemeralFields(const model::Node& node, const model::UnitTestRows& rows);
  Result<columnar::Fields> Describe(const std::string& sql);
  Result<columnar::Stream> Query(const std::string& sql);
  Result<Value> Fitted(const model::UnitTestRows& rows, const Types& types, const std::string& owner) const;
  Result<std::string> CallText(const std::string& macro, std::vector<tmpl::Object> arguments);
  Result<std::string> ExpectedSql(const Types& actual, std::vector<std::string>& columns);
  Status Compare(const std::string& sql, const std::vector<std::string>& columns, model::NodeResult& result);
  Error WrongColumn(const std::string& column, const std::string& owner, const model::UnitTestRows& rows,
                    const Types& types) const;
  bool in_engine() const;
  static std::vector<std::string> Names(const Types& types);
  static const ColumnType* ColumnOf(const Types& types, const std::string& key);
  static tmpl::Object TypesObject(const Types& types);

  RunContext& run_;
  const Compiler& compiler_;
  const model::Node& test_;
  const model::UnitTestCase& case_;
  const model::Node& tested_;
  NodeAdapter& adapter_;
  std::stop_token stop_;
  StandIns stand_ins_;
  std::vector<std::pair<std::string, std::string>> ctes_;
};

}  // namespace dvt::run
