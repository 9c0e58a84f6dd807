#include "rows.h"

#include "dvt/lake/table/stream.h"
#include "telemetry.h"

namespace dvt::python {

namespace {

Error ErrorOf(ArrowArrayStream& stream) {
  if (auto error = lake::ErrorOfStream(stream)) return *std::move(error);
  const char* text = stream.get_last_error(&stream);
  return Error(ErrorCode::kUnknown, text != nullptr ? text : "the rows cannot be read");
}

}  // namespace

// The reading threads may be at a batch that ends in Python (never here, but streams are of anybody): they are waited for without the GIL.
Rows::~Rows() { Close(); }

void Rows::Close() {
  if (stream_.release == nullptr) return;
  const nb::gil_scoped_release released;
  stream_.release(&stream_);
  stream_.release = nullptr;
}

void Rows::Open() const {
  if (stream_.release == nullptr) throw nb::value_error("the rows were read already");
}

nb::object Rows::SchemaOut() {
  Open();
  columnar::Schema schema;
  if (stream_.get_schema(&stream_, schema.out()) != 0) Raise(ErrorOf(stream_));
  return SchemaCapsule(std::move(schema));
}

nb::object Rows::Next() {
  Open();
  columnar::Array batch;
  int failed = 0;
  {
    const nb::gil_scoped_release released;
    failed = stream_.get_next(&stream_, batch.out());
  }
  if (failed != 0) Raise(ErrorOf(stream_));
  if (!batch.valid()) return nb::none();
  return ArrayCapsule(std::move(batch));
}

nb::object Rows::TakeStream() {
  Open();
  columnar::Stream stream(stream_);
  stream_.release = nullptr;
  return StreamCapsule(std::move(stream));
}

void BindRows(nb::module_& module) {
  nb::class_<Rows>(module, "Rows")
      .def("schema", &Rows::SchemaOut)
      .def("next", &Rows::Next)
      .def("take_stream", &Rows::TakeStream)
      .def("close", [](Rows& self) {
        self.Close();
        HandOnSpans();
      });
}

}  // namespace dvt::python
