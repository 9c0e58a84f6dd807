#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "dvt/connectors/api/connector.h"

namespace dvt::run {

/// Tells moments apart, also when they are over.
struct MomentName {
  std::weak_ptr<connectors::ReadScope> moment;
  std::string state;  ///< SourceMoment::state
};
/// Whether reads at both see the same rows.
bool SameMoment(const MomentName& a, const MomentName& b);

/// The moments at which a run reads its sources: one for all models that read a source which can keep it (kLongMoment), unless the
/// run itself writes there, since what reads there must see what was built before. Begun by the first read, ended by End or with the
/// object. Thread-safe.
class SourceMoments {
 public:
  /// Places (Connector::place) that this run writes to. Before the first Begin.
  void SetWritten(std::set<std::string> places) { written_ = std::move(places); }
  /// The reads of one model. `shared`: at the run's moment, if the source has one.
  Result<std::shared_ptr<connectors::ReadScope>> Begin(connectors::Connector& connector, bool shared, std::stop_token stop);
  /// The moment of this scope was lost: what begins later begins at another.
  void Forget(const std::string& connection, const std::shared_ptr<connectors::ReadScope>& scope);
  /// The moment of a model's scope, which the scope alone is unless it was begun at the run's.
  MomentName NameOf(const std::string& connection, const std::shared_ptr<connectors::ReadScope>& scope);
  bool IsWritten(const std::string& place) const { return written_.contains(place); }
  void End();

 private:
  struct Entry {
    std::mutex mutex;  // held while the moment begins
    std::shared_ptr<connectors::ReadScope> moment;
    std::map<const connectors::ReadScope*, std::weak_ptr<connectors::ReadScope>> moment_of;  // a model's scope: the run's moment
  };
  std::shared_ptr<Entry> EntryOf(const std::string& connection);

  std::set<std::string> written_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
};

}  // namespace dvt::run
