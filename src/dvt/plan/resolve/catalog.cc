#include "dvt/plan/resolve/planner.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {

std::string Catalog::TextOrder(const std::string& connection) const {
  return DialectOf(connection).Has(sql::Feature::kCaseInsensitiveText) ? "" : "bytes";
}

sql::LetterCase Catalog::LetterCaseOf(const std::string&, const std::vector<columnar::RelationName>&) const {
  return sql::LetterCase::kOwn;
}

SourceFacts Catalog::Facts(const std::string& connection) const {
  using sql::Feature;
  const sql::Dialect& dialect = DialectOf(connection);
  SourceFacts facts;
  facts.loose_types = dialect.Has(Feature::kDynamicTyping);
  facts.binary_collation = !dialect.Has(Feature::kCaseInsensitiveText);
  facts.odd_dates = dialect.Has(Feature::kCaseInsensitiveText) || facts.loose_types;
  return facts;
}

std::vector<std::string> Catalog::Parts(const std::string& connection, const columnar::RelationName& relation) const {
  (void)connection;
  std::vector<std::string> parts;
  for (const std::string* part : {&relation.database, &relation.schema, &relation.name}) {
    if (!part->empty()) parts.push_back(*part);
  }
  return parts;
}

std::string RenderUpstream(const sql::Dialect& model_dialect, const std::string& connection,
                           const columnar::RelationName& relation, bool own_connection) {
  std::string text;
  for (const std::string* part : {own_connection ? &relation.database : &connection, &relation.schema, &relation.name}) {
    if (part->empty()) continue;
    if (!text.empty()) text += '.';
    text += sql::QuoteIdentifier(model_dialect, *part);
  }
  return text;
}

}  // namespace dvt::plan
