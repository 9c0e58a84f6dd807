#pragma once

#include <memory>

#include "dvt/connectors/api/row_hasher.h"

namespace dvt::connectors::postgres {

/// Hashes rows by PostgreSQL's functions. Sessions must have the output settings that ours have (ISO dates, shortest floats).
std::shared_ptr<const RowHasher> MakeRowHasher();

}  // namespace dvt::connectors::postgres
