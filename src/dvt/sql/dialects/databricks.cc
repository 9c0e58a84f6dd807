#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {}  // namespace

const Dialect& Databricks() {
  static const Dialect kDialect = [] {
    Dialect d = Spark();  // what is not set here is as there
    d.name = "databricks";
    d.parent = &Spark();
    d.aliases = {};
    d.quote = '`';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.functions = {};
    d.types = {};
    d.reserved = {};
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
