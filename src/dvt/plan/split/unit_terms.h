#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dvt/plan/split/exact_number.h"
#include "dvt/plan/split/inputs.h"

namespace dvt::plan {

/// A table, or tables joined in the source, that comes as one extract.
struct Unit {
  std::vector<std::pair<SplitInput*, std::string>> members;  ///< with what stands before their columns' names
  std::shared_ptr<const Reduction>* slot = nullptr;
  const sql::Scope* scope = nullptr;

  /// The member of that FROM source; null: none.
  const SplitInput* Find(const sql::Source* source) const;
  std::string Name(const ColumnRef& column) const;
};

/// What of a query's expressions the source of a unit computes from its own columns exactly as the engine does.
class UnitTerms {
 public:
  UnitTerms(const sql::Analysis& analysis, const Unit& unit) : analysis_(analysis), unit_(unit) {}
  /// A column as the source reads it, with its type.
  std::optional<std::pair<std::string, columnar::DataType>> Column(const sql::Node* node) const;
  /// Whether a column of the unit is NULL there and here for the same rows.
  bool CountsAlike(const sql::Node* column) const;
  /// `cases`: a CASE may be in it, if its conditions are true there for the same rows.
  std::optional<ExactNumber> Number(const sql::Node* node, bool cases) const;
  /// A column, or a CASE of columns of one type, with the same least and greatest value there.
  std::optional<std::pair<std::string, columnar::DataType>> Ordered(const sql::Node* node) const;

 private:
  std::optional<std::string> Condition(const sql::Node* operand, const sql::Node* condition) const;
  std::optional<std::string> Exactly(const Predicate& predicate) const;

  const sql::Analysis& analysis_;
  const Unit& unit_;
};

}  // namespace dvt::plan
