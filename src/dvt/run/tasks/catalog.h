#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "dvt/model/results.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// Asks the databases for every relation of the project (models that are tables or views, seeds, snapshots, sources) that is there, several
/// at a time; only those of `chosen` unless it is empty. Entries are in the order of unique ids. Relations that do not exist are left
/// out; what else goes wrong is in the catalog's errors.
model::Catalog ReadCatalog(RunContext& run, const std::set<std::string>& chosen, std::stop_token stop);

}  // namespace dvt::run
