#pragma once

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::columnar {

/// Brings a stream of any Arrow layout (dictionary, large/view strings, other time units, half floats, …) to the layouts of
/// `ArrowFormat`, by Arrow C++ casts. `target` names the wanted types; columns are matched by position. A cast that would lose
/// a value is an error naming the column. Streams already in these layouts pass through untouched.
Result<Stream> NormalizeStream(Stream stream, Fields target);
/// The neutral fields that a foreign schema maps to without loss.
Result<Fields> NeutralFields(const ArrowSchema& schema);

}  // namespace dvt::columnar
