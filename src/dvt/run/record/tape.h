#pragma once

#include <functional>
#include <memory>
#include <string>

#include "dvt/connectors/api/connector.h"

namespace dvt::run {

/// Stands between a run and its sources: keeps what they say (`--record`) or says it in their place (`--replay`). Thread-safe.
class ExtractTape {
 public:
  virtual ~ExtractTape() = default;
  /// The connector that planning and extracts use instead of this one. Sessions and loads do not pass here.
  virtual std::shared_ptr<connectors::Connector> ForReading(std::shared_ptr<connectors::Connector> connector) = 0;
  /// The run is over, however it ended. The text is for people; empty: nothing to tell.
  virtual Result<std::string> Finish() = 0;
};

/// Keeps every extract in the folder, which is made if it is missing; a recording that is already there is replaced when this one is
/// finished. kInvalidArgument if the folder holds other things.
/// `id` sets its files apart from those of the recording that it replaces.
Result<std::unique_ptr<ExtractTape>> RecordTo(const std::string& folder, std::string command, const std::string& id);

/// Answers from the folder's recording; no source is opened. On connections for which `is_live` (those on which the run builds something)
/// relations that are there are read as they are, and only the others come from the recording.
Result<std::unique_ptr<ExtractTape>> ReplayFrom(const std::string& folder, std::function<bool(const std::string&)> is_live);

}  // namespace dvt::run
