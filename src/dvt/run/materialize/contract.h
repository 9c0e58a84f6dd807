#pragma once

#include <string>
#include <vector>

#include "dvt/columnar/types/data_type.h"
#include "dvt/connectors/api/connector.h"
#include "dvt/model/node.h"

namespace dvt::run {

/// How strictly types of a contract are compared.
struct ContractRules {
  bool modifiers = false;  ///< decimal(10,2) and decimal(12,2) differ
  bool kinds =
      false;  ///< texts of any length and so on are alike: the table is made by the contract, and loading holds rows to it
  bool typed_queries = true;  ///< false: what a query's columns are is only known of declared ones; others pass
};

/// One column in which a query and its contract disagree.
struct ContractMismatch {
  std::string column;
  std::string definition_type;  ///< empty: the query has no such column
  std::string contract_type;    ///< empty: the contract has no such column
  std::string reason;           ///< "data type mismatch", "missing in contract", "missing in definition"
};

/// Compares names and types, whatever the order; sorted by name. Types agree if the system spells them alike, or would give both
/// the same column type.
std::vector<ContractMismatch> CompareContract(const columnar::Fields& definition, const columnar::Fields& contract,
                                              const connectors::Connector& target, const ContractRules& rules);

/// The error that lists them as a table.
Error ContractError(const std::vector<ContractMismatch>& mismatches);

/// Contract columns by reading their declared types in the target's dialect.
Result<columnar::Fields> DeclaredFields(const std::vector<std::pair<std::string, std::string>>& columns,
                                        const connectors::Connector& target);

}  // namespace dvt::run
