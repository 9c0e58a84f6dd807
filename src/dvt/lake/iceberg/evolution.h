#pragma once

#include <map>
#include <string>

#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

/// A schema that has changed to hold new data.
struct EvolvedSchema {
  Schema schema;
  int last_column_id = 0;
  bool changed = false;
};

/// The table's schema widened to take columns of these names and types: new columns are added at the end (optional), types widened, required
/// columns made optional where the data may be null (never those of the row's key). Ids of `incoming` do not count. kType names the column
/// whose type cannot be widened.
Result<EvolvedSchema> UnionByName(const Schema& table, const std::vector<NestedField>& incoming, int last_column_id);
/// The table's schema without the columns that `incoming` does not have; what is left must be there already (UnionByName comes first).
EvolvedSchema DropMissing(EvolvedSchema table, const std::vector<NestedField>& incoming);
/// The schema of a table that is written anew: the columns of `incoming` in their order, with the ids of the table's columns of that name
/// where the type stays or is widened, and new ids elsewhere.
EvolvedSchema RebuiltSchema(const Schema& table, const std::vector<NestedField>& incoming, int last_column_id);
/// Sets the descriptions of columns, found by dotted path in any case. True if one differs from what it was.
bool SetDocs(Schema& schema, const std::map<std::string, std::string>& docs);
/// kType names the first column that does not fit the table as it is, or that the table does not have.
Status CheckFitsSchema(const Schema& table, const std::vector<NestedField>& incoming);

}  // namespace dvt::lake
