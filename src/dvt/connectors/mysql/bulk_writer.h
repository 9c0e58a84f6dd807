#pragma once

#include <memory>
#include <stop_token>

#include "dvt/connectors/mysql/connection.h"

namespace dvt::connectors::mysql {

/// A sink that loads while it is written to: Write encodes batches into a bounded queue, a thread feeds them to one LOAD DATA
/// LOCAL statement, or to multi-row INSERTs where the server or the settings forbid that. One transaction, ended by Commit.
/// Any warning of the server (truncation, conversion, skipped duplicate) is an error: nothing is stored differently from what
/// was sent.
Result<std::unique_ptr<Sink>> OpenBulkSink(const std::shared_ptr<const Settings>& settings, const std::string& schema,
                                           const SinkRequest& request, std::stop_token stop);

}  // namespace dvt::connectors::mysql
