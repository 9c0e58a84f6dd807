#pragma once

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/columnar/types/relation.h"

namespace dvt::run {

/// Columns as JSON, complete: reading it back gives the same types. `type` is their name for people.
Value FieldsValue(const columnar::Fields& fields);
Result<columnar::Fields> FieldsFrom(const Value& value);
Value NameValue(const columnar::RelationName& name);
columnar::RelationName NameFrom(const Value& value);
/// What a system knows of a relation, without owners and comments.
Value TableValue(const columnar::TableInfo& info);
Result<columnar::TableInfo> TableFrom(const Value& value);

}  // namespace dvt::run
