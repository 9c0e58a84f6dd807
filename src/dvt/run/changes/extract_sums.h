#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "dvt/run/changes/group_query.h"
#include "dvt/run/transfer/transfer.h"

namespace dvt::sql {
struct Dialect;
}

namespace dvt::run {

/// Why it cannot be told from the sources that all that a federated plan reads is as it was, a clause for people; empty: it can.
/// Every source must sum up hashes itself, and all that is read of it must be of one moment.
std::string WhyNotSummed(const Transfer& transfer);
/// Whether a query gives the same rows for the same inputs: it calls only functions of its dialect that depend neither on the time nor
/// on chance, the session or the server. False if it cannot be parsed.
bool GivesTheSameAgain(const std::string& query, const sql::Dialect& dialect);

/// Names all that the plan reads, at the moments at which it will read: the queries, and the sums of their rows' hashes. Equal texts:
/// equal inputs. Reads no row.
Result<std::string> SumUpExtracts(const plan::ModelPlan& plan, const Transfer& transfer, const TransferContext& context,
                                  FlowCounter& flow, std::stop_token stop);

/// What is known of a plan: from inputs with this text come rows with these sums. It stays true whatever becomes of the target.
struct InputsFact {
  std::string inputs;
  RowSums rows;

  /// Nothing if there is none.
  static std::optional<InputsFact> Read(const std::string& path);
  Status Write(const std::string& path) const;
};

}  // namespace dvt::run
