#pragma once

#include <map>
#include <string>

#include "dvt/lake/iceberg/evolution.h"

namespace dvt::lake {

/// One change of a table's columns that somebody asks for. Paths have dots and reach into structs ("address.city"), lists ("tags.element") and
/// maps ("m.value").
struct ColumnChange {
  enum class Kind : uint8_t {
    kAdd,       ///< a column or a member of a struct, without values in the rows that there are
    kRename,    ///< the data stay what they are
    kDrop,      ///< it is not read any more
    kRetype,    ///< to a type that holds all values of the old one
    kOptional,  ///< it may be null
    kDescribe,
  };
  Kind kind = Kind::kAdd;
  std::string column;
  std::string to;   ///< kAdd, kRetype: a type such as "long"; kRename: the new name, without what it lies in; kDescribe: the text
  std::string doc;  ///< kAdd: its description
};

/// Changes the schema. `uses` are the columns that cannot be dropped, by id, with what they are needed for ("partitions"). kNotFound, kAlreadyExists, kType
/// and kInvalidArgument name the column.
Status ApplyColumnChange(const ColumnChange& change, const std::map<int, std::string>& uses, EvolvedSchema& schema);
/// Makes columns of rows without nulls the key (identifier fields) of a new table: they become required.
Status SetKey(Schema& schema, const std::vector<std::string>& columns);
/// The names that columns have now, in addition to those that files without ids know them by.
void ExtendMapping(NameMapping& mapping, const Schema& schema);

}  // namespace dvt::lake
