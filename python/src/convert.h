#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/columnar/c_abi/stream.h"

namespace dvt::python {

namespace nb = nanobind;

/// A document as None, bool, int, float, str, list and dict.
nb::object ToPython(const Value& value);

/// Raises the class of the package's hierarchy (dvt.errors) that the error belongs to. The GIL must be held.
[[noreturn]] void Raise(const Error& error);
inline void Check(const Status& status) {
  if (!status) Raise(status.error());
}
template <class T>
T Check(Result<T> result) {
  if (!result) Raise(result.error());
  return std::move(result).value();
}

/// Takes the stream out of a capsule "arrow_array_stream". TypeError if it is none or was used before.
columnar::Stream StreamOf(const nb::handle& capsule);
/// Capsules that own what they hold, by the names of the PyCapsule interface.
nb::object StreamCapsule(columnar::Stream stream);
nb::object SchemaCapsule(columnar::Schema schema);
nb::object ArrayCapsule(columnar::Array array);

}  // namespace dvt::python
