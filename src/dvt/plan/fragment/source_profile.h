#pragma once

#include <cstdint>
#include <string>

#include "dvt/sql/fwd.h"

namespace dvt::plan {

/// What a source does with values, as far as pushed predicates care. The defaults are the cautious ones.
struct SourceFacts {
  bool binary_collation = false;  ///< text equality compares bytes (else equality of texts stays in the engine)
  bool char_padded =
      false;  ///< CHAR(n) values arrive blank-padded though they compare without the padding (our connectors strip it)
  bool loose_types = false;      ///< a column may hold values of any type; dates are ISO texts (SQLite)
  bool odd_dates = true;         ///< dates such as 0000-00-00 that arrive as NULL
  std::string time_zone;         ///< of the session; empty: unknown
  bool key_tables = false;       ///< its reads can look up keys in temporary tables
  bool key_tables_free = false;  ///< which burden no server, or which its connection allows
  int64_t key_table_from = 0;    ///< so many keys its connection wants as a table; 0: it says nothing
};

/// What a source is, for rendering.
struct SourceProfile {
  const sql::Dialect* dialect = nullptr;
  SourceFacts facts;
  bool model_text_binary = true;  ///< the model's own dialect compares texts by bytes
};

}  // namespace dvt::plan
