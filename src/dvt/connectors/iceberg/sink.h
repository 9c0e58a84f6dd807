#pragma once

#include <memory>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/iceberg/catalog_session.h"

namespace dvt::connectors::iceberg {

/// Writes rows into one snapshot of a table, which is made if it is missing. Data files are written while rows come; the commit is Commit's.
Result<std::unique_ptr<Sink>> OpenTableSink(const SinkRequest& request, std::shared_ptr<CatalogSession> catalog,
                                            std::stop_token stop);

}  // namespace dvt::connectors::iceberg
