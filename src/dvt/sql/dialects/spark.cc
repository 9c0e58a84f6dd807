#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {}  // namespace

const Dialect& Spark() {
  static const Dialect kDialect = [] {
    Dialect d = Hive();  // what is not set here is as there
    d.name = "spark";
    d.parent = &Hive();
    d.aliases = {};
    d.features = Hive().features.With({Feature::kAliasInGroupBy, Feature::kAliasInHaving, Feature::kLateralAlias});
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
