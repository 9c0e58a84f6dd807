#pragma once

#include "dvt/base/text/value.h"
#include "dvt/lake/avro/datum.h"
#include "dvt/lake/iceberg/partition.h"

namespace dvt::lake {

/// The Avro schemas of manifests and manifest lists, with the field ids of the table spec.
Value ManifestAvroSchema(int format_version, const Type& partition_type);
Value ManifestListAvroSchema(int format_version);

/// A partition value as Avro has it, and back.
avro::Datum PartitionDatum(const Type& type, const Literal& value);
Result<Literal> PartitionLiteral(const Type& type, const avro::Datum& datum);

}  // namespace dvt::lake
