#pragma once

#include <map>
#include <string>
#include <vector>

#include "dvt/model/documentation.h"
#include "dvt/model/project.h"
#include "dvt/model/results.h"
#include "dvt/run/context/plan_catalog.h"

namespace dvt::run {

/// Where the columns of the compiled nodes among `order` (dependencies first) come from: by the SQL frontend, one node at a time, ephemeral
/// models being read through. The columns of tables are the catalog's, else those that the node's own query was found to have. Nodes
/// that are not compiled or whose SQL is not understood are left out.
std::map<std::string, std::vector<model::DocumentedColumn>> ReadColumnLineage(const model::Manifest& manifest,
                                                                              const model::Catalog& catalog,
                                                                              const PlanCatalog& connections,
                                                                              const std::vector<std::string>& order);

}  // namespace dvt::run
