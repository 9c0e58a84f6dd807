// LIMIT, OFFSET and FETCH.
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Limit(const Node* query) {
  const Node* limit = query->Child(kLimitSlot);
  const Node* offset = query->Child(kOffsetSlot);
  if (limit != nullptr && offset == nullptr && TopInstead(query)) limit = nullptr;
  const bool needs_order = dialect_.Has(Feature::kFetchNeedsOrder);
  const bool as_written = limit != nullptr && limit->Has(kFetch) && dialect_.Has(Feature::kFetchAsWritten) &&
                          (!needs_order || query->Child(kOrderSlot) != nullptr);
  const bool ties = limit != nullptr && limit->Has(kWithTies) && !limit->Has(kFetch) && dialect_.Has(Feature::kWithFill);
  const bool fetch = limit != nullptr && (as_written || dialect_.Has(Feature::kNoLimit) || (limit->Has(kWithTies) && !ties) ||
                                          (limit->Has(kPercent) && !dialect_.Has(Feature::kLimitPercent)));
  const bool offset_first = offset != nullptr && dialect_.Has(Feature::kOffsetFirst);
  if (offset_first) {
    Clause("OFFSET");
    Expression(offset, 0);
  }
  if (limit != nullptr && !fetch) {
    Clause("LIMIT");
    Expression(limit->Child(0), 0);
    if (limit->Has(kPercent)) Put(" PERCENT");
    if (ties) Put(" WITH TIES");
  } else if (limit == nullptr && offset != nullptr && dialect_.Has(Feature::kLimitComma)) {
    // These systems have OFFSET only behind a LIMIT.
    Clause(dialect_.Has(Feature::kDynamicTyping) ? "LIMIT -1" : "LIMIT 18446744073709551615");
  }
  if (offset != nullptr && !offset_first) {
    Clause("OFFSET");
    Expression(offset, 0);
    if (dialect_.Has(Feature::kOffsetRows) || (fetch && needs_order)) Put(" ROWS");
  }
  if (fetch) {
    Clause(as_written && limit->text == "NEXT" ? "FETCH NEXT" : "FETCH FIRST");
    if (!limit->Has(kImplicitCount)) {
      Expression(limit->Child(0), 0);
      Put(limit->Has(kPercent) ? " PERCENT " : " ");
    }
    Put("ROWS");
    Put(limit->Has(kWithTies) ? " WITH TIES" : " ONLY");
  }
}

}  // namespace dvt::sql
