// How a node's work becomes lasting, or is given up.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/run/context/node_adapter.h"
#include "dvt/run/watermarks/model_watermarks.h"

namespace dvt::run {

using connectors::TransactionFate;

Status NodeAdapter::Begin() {
  DVT_ASSIGN(auto* session, this->session());
  return session->in_transaction() ? Status() : session->Begin();
}

Status NodeAdapter::Commit() {
  if (session_ == nullptr || !session_->in_transaction()) return {};
  // Asked before: once the answer to COMMIT is lost it is too late.
  std::string name;
  if (changes_pending_) {
    DVT_ASSIGN(name, session_->TransactionName());
  }
  auto done = session_->Commit();
  if (!done && RetryPolicy{.retry_on_unknown = false}.IsRetryable(done.error()))
    done = SettleCommit(name, std::move(done).error());
  if (done) settled_ = settled_ || changes_pending_;
  changes_pending_ = false;
  return done;
}

// The session was lost while it committed. The server is asked what became of the transaction, once it has noticed that.
Status NodeAdapter::SettleCommit(const std::string& transaction, Error error) {
  session_.reset();
  if (!changes_pending_) return {};
  TransactionFate fate = TransactionFate::kUnknown;
  RetryPolicy policy;
  policy.max_retries = 7;
  policy.retry_on_unknown = false;
  const auto ask = [&]() -> Status {
    DVT_ASSIGN(fate, connector_->FateOf(transaction, stop_));
    if (fate != TransactionFate::kRunning) return {};
    return Error(ErrorCode::kConnection, "the server has not ended the lost transaction yet");
  };
  if (!transaction.empty()) {
    run_.observer->Message(Severity::kWarning, fmt::format("connection '{}': the commit was not answered ({}); asking the server "
                                                           "what became of it",
                                                           connector_->config().name, error.message()));
    DVT_TRY(RunWithRetry(policy, stop_, ask, nullptr));
  }
  if (fate == TransactionFate::kCommitted) return {};
  if (fate == TransactionFate::kRolledBack) return error;
  outcome_unknown_ = true;
  return std::move(error).WithHint("The connection was lost during a commit, and whether it took place is not known.");
}

// adapter.store_watermarks(): in the open transaction, behind the rows. adapter.forget_watermarks(): before a swap that ends the transaction,
// so that the new rows never stand beside the old values.
Result<tmpl::Object> NodeAdapter::CallWatermarks(std::string_view name) {
  if (watermarks_ == nullptr) return tmpl::Object();
  if (name == "store_watermarks") {
    DVT_TRY(StoreWatermarks(run_, *watermarks_, *this));
  } else if (!connector_->Has(connectors::Capability::kTransactionalDdl)) {
    DVT_TRY(ForgetWatermarks(*watermarks_, *this));
  }
  return tmpl::Object();
}

// adapter.drop_left_over(relation): behind the commit, when the rows are in. A lost connection is replaced; what cannot be dropped all the
// same is only told of: the next run of the model knows it by its name (adapter.stale_relations).
Result<tmpl::Object> NodeAdapter::DropLeftOver(tmpl::Context& context, const tmpl::Arguments& arguments) {
  DVT_ASSIGN(const auto bound, arguments.Bind("drop_left_over", {{"relation", {}}}));
  DVT_ASSIGN(const auto parts, tmpl::PartsOf(bound[0], "drop_left_over"));
  const auto macro = context.Resolve("drop_relation");
  if (!macro) return Error(ErrorCode::kNotFound, "macro 'drop_relation' is missing");
  const columnar::RelationName name{parts.database, parts.schema, parts.identifier};
  DVT_ASSIGN(RetryPolicy policy, run_.connections->RetryOf(connector_->config().name));
  policy.max_retries = std::min(policy.max_retries, 2);
  policy.retry_on_unknown = false;
  std::optional<Error> kept;
  const auto drop = [&]() -> Status {
    if (auto opened = session(); !opened) {  // was tried several times already
      kept = std::move(opened).error();
      return {};
    }
    tmpl::Arguments call;
    call.positional = {bound[0]};
    auto dropped = context.Call(*macro, std::move(call));
    if (dropped) return {};
    if (policy.IsRetryable(dropped.error())) session_.reset();
    return std::move(dropped).error();
  };
  auto done = RunWithRetry(policy, stop_, drop, [&](const Error& error, int attempt, double wait) {
    run_.observer->Message(Severity::kWarning, fmt::format("dropping {}: {}; attempt {} in {:.1f} s", name.ToString(),
                                                           error.message(), attempt + 1, wait));
  });
  if (!done) kept = std::move(done).error();
  if (!kept) {
    CacheDropped(parts);
    std::erase(building_, name);
    return tmpl::Object();
  }
  if (policy.IsRetryable(*kept)) session_.reset();
  run_.observer->Message(
      Severity::kWarning,
      fmt::format("connection '{}': {} could not be dropped ({}); the rows are in, and the next run of the model drops it",
                  connector_->config().name, name.ToString(), kept->message()));
  return tmpl::Object();
}

void NodeAdapter::GiveUp() {
  if (!Rollback()) session_.reset();
  if (stop_.stop_requested() || building_.empty()) return;
  if (auto renewed = RenewSession(); !renewed) return;
  for (const auto& name : building_) {
    if (session_ == nullptr && !session()) return;
    if (session_->Execute("drop table if exists " + connector_->QuoteRelation(name), stop_))
      run_.relations.Drop(connector_->config().name, name);
  }
  building_.clear();
}

Status NodeAdapter::Rollback() { return session_ != nullptr && session_->in_transaction() ? session_->Rollback() : Status(); }

// The session sat idle while the rows moved: one that was cut off meanwhile is replaced, unless work of its own is lost with it.
Result<bool> NodeAdapter::RenewSession() {
  if (session_ == nullptr || session_->in_transaction()) return false;
  auto answered = session_->Execute("select 1", stop_);
  if (answered) return false;
  if (!RetryPolicy().IsRetryable(answered.error())) return std::move(answered).error();
  session_.reset();
  DVT_TRY(session());
  return true;
}

// A server that crashed may have lost rows whose commits did not wait for the disk. The session was lost with them.
Status NodeAdapter::ConfirmRows(const columnar::RelationName& relation, int64_t rows) {
  DVT_ASSIGN(const bool renewed, RenewSession());
  if (!renewed || !connector_->Has(connectors::Capability::kLateSync)) return {};
  DVT_ASSIGN(const auto counted, Execute("select count(*) from " + connector_->QuoteRelation(relation), false, true));
  const int64_t found = counted.rows.empty() || counted.rows[0].empty() ? -1 : counted.rows[0][0].as_int();
  if (found == rows) return {};
  return Error(ErrorCode::kStartOver, fmt::format("of {} rows loaded into {}, {} are there: the server went down meanwhile", rows,
                                                  relation.ToString(), found));
}

}  // namespace dvt::run
