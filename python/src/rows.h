#pragma once

#include "convert.h"

namespace dvt::python {

/// Rows of a scan on their way out. One reader at a time.
class Rows {
 public:
  explicit Rows(columnar::Stream stream) : stream_(stream.Take()) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  nb::object SchemaOut();
  /// The next batch as a capsule "arrow_array", or None at the end.
  nb::object Next();
  /// The whole stream as a capsule; this is then empty.
  nb::object TakeStream();
  /// Ends the reading.
  void Close();

 private:
  void Open() const;

  ArrowArrayStream stream_;
};

void BindRows(nb::module_& module);

}  // namespace dvt::python
