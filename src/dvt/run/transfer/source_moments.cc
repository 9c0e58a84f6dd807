#include "dvt/run/transfer/source_moments.h"

namespace dvt::run {

using connectors::Capability;
using connectors::Connector;
using connectors::ReadScope;

std::shared_ptr<SourceMoments::Entry> SourceMoments::EntryOf(const std::string& connection) {
  std::lock_guard lock(mutex_);
  auto& entry = entries_[connection];
  if (entry == nullptr) entry = std::make_shared<Entry>();
  return entry;
}

Result<std::shared_ptr<ReadScope>> SourceMoments::Begin(Connector& connector, bool shared, std::stop_token stop) {
  if (!shared || !connector.Has(Capability::kLongMoment) || written_.contains(connector.place())) {
    return connector.BeginRead(stop);
  }
  const auto entry = EntryOf(connector.config().name);
  std::lock_guard lock(entry->mutex);
  const bool began_before = entry->moment != nullptr;
  if (!began_before) {
    DVT_ASSIGN(entry->moment, connector.BeginRead(stop));
  }
  auto scope = connector.BeginReadAt(entry->moment, stop);
  if (!scope && began_before && scope.error().code() == ErrorCode::kStartOver) {  // it was lost while nobody read at it
    DVT_ASSIGN(entry->moment, connector.BeginRead(stop));
    scope = connector.BeginReadAt(entry->moment, stop);
  }
  if (scope) entry->moment_of[scope->get()] = entry->moment;
  return scope;
}

void SourceMoments::Forget(const std::string& connection, const std::shared_ptr<ReadScope>& scope) {
  const auto entry = EntryOf(connection);
  std::shared_ptr<ReadScope> ended;  // outside of the lock: it may have to talk to the server
  std::lock_guard lock(entry->mutex);
  const auto found = entry->moment_of.find(scope.get());
  if (found == entry->moment_of.end()) return;
  if (found->second.lock() == entry->moment) ended = std::move(entry->moment);
  entry->moment_of.erase(found);
}

bool SameMoment(const MomentName& a, const MomentName& b) {
  if (!a.state.empty() && a.state == b.state) return true;
  return !a.moment.owner_before(b.moment) && !b.moment.owner_before(a.moment);
}

MomentName SourceMoments::NameOf(const std::string& connection, const std::shared_ptr<ReadScope>& scope) {
  const auto entry = EntryOf(connection);
  MomentName name{scope, scope->Moment().state};
  std::lock_guard lock(entry->mutex);
  if (const auto found = entry->moment_of.find(scope.get()); found != entry->moment_of.end()) name.moment = found->second;
  return name;
}

void SourceMoments::End() {
  std::lock_guard lock(mutex_);
  entries_.clear();
}

}  // namespace dvt::run
