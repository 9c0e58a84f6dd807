#pragma once

#include <parquet/metadata.h>

#include "dvt/lake/iceberg/manifest.h"

namespace dvt::lake {

/// Sizes, counts and bounds of a finished file's columns, as far as the table's metrics modes (write.metadata.metrics.…) ask for them.
void DescribeColumns(const parquet::FileMetaData& metadata, const Schema& schema, const Properties& properties, DataFile& file);

/// The largest value that still begins as `text` cut to `length` code points, one step up; none if there is no such step.
std::optional<std::string> ShortenedUpperText(const std::string& text, int length);
std::optional<std::string> ShortenedUpperBytes(const std::string& bytes, size_t length);

}  // namespace dvt::lake
