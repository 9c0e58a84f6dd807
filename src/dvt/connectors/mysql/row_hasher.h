#pragma once

#include <memory>

#include "dvt/connectors/api/row_hasher.h"
#include "dvt/connectors/mysql/settings.h"

namespace dvt::connectors::mysql {

/// Hashes rows by the functions of MySQL and MariaDB, in sessions of ours (UTC, utf8mb4).
std::shared_ptr<const RowHasher> MakeRowHasher(const ReadConventions& conventions);

}  // namespace dvt::connectors::mysql
