#include "convert.h"

#include "dvt/base/text/secrets.h"
#include "dvt/lake/rest/errors.h"

namespace dvt::python {

namespace {

const char* NameOf(lake::LakeErrorKind kind) {
  using lake::LakeErrorKind;
  switch (kind) {
    case LakeErrorKind::kCatalogConnection: return "CatalogConnectionError";
    case LakeErrorKind::kCatalogAuthentication: return "CatalogAuthenticationError";
    case LakeErrorKind::kTableNotFound: return "TableNotFoundError";
    case LakeErrorKind::kNamespaceNotFound: return "NamespaceNotFoundError";
    case LakeErrorKind::kSchemaEvolution: return "SchemaEvolutionError";
    case LakeErrorKind::kConcurrencyConflict: return "ConcurrencyConflictError";
    case LakeErrorKind::kCommitStateUnknown: return "CommitStateUnknownError";
    case LakeErrorKind::kAlreadyExists: return "AlreadyExistsError";
    case LakeErrorKind::kStorage: return "StorageError";
    case LakeErrorKind::kInput: return "InvalidInputError";
    case LakeErrorKind::kUnsupported: return "UnsupportedError";
    case LakeErrorKind::kOther: break;
  }
  return "LakeError";
}

// A struct of the C data interface in a capsule that releases and frees it.
template <class Struct>
nb::object Own(Struct raw, const char* name) {
  auto* held = new Struct(raw);
  PyObject* capsule = PyCapsule_New(held, name, [](PyObject* object) {
    auto* inside = static_cast<Struct*>(PyCapsule_GetPointer(object, PyCapsule_GetName(object)));
    if (inside->release != nullptr) inside->release(inside);
    delete inside;
  });
  if (capsule == nullptr) {
    if (held->release != nullptr) held->release(held);
    delete held;
    throw nb::python_error();
  }
  return nb::steal(capsule);
}

}  // namespace

nb::object ToPython(const Value& value) {
  if (value.is_bool()) return nb::bool_(value.as_bool());
  if (value.is_int()) return nb::int_(value.as_int());
  if (value.is_float()) return nb::float_(value.as_float());
  if (value.is_string()) return nb::str(value.as_string().data(), value.as_string().size());
  if (value.is_list()) {
    nb::list out;
    for (const auto& each : value.list()) out.append(ToPython(each));
    return out;
  }
  if (value.is_map()) {
    nb::dict out;
    for (const auto& entry : value.map()) out[nb::str(entry.key.data(), entry.key.size())] = ToPython(entry.value);
    return out;
  }
  return nb::none();
}

void Raise(const Error& error) {
  nb::list contexts;
  for (const auto& context : error.contexts()) contexts.append(SecretRegistry::Redact(context));
  const std::string code(ErrorCodeName(error.code()));
  const nb::object made = nb::module_::import_("dvt.errors")
                              .attr("_of_core")(NameOf(lake::KindOf(error)), SecretRegistry::Redact(error.message()),
                                                error.hint(), code, SecretRegistry::Redact(error.vendor_code()), contexts);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(made.ptr())), made.ptr());
  throw nb::python_error();
}

columnar::Stream StreamOf(const nb::handle& capsule) {
  auto* raw = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
  if (raw == nullptr) throw nb::python_error();
  if (raw->release == nullptr) throw nb::type_error("the Arrow stream was read already");
  columnar::Stream stream(*raw);
  raw->release = nullptr;
  return stream;
}

nb::object StreamCapsule(columnar::Stream stream) { return Own(stream.Take(), "arrow_array_stream"); }
nb::object SchemaCapsule(columnar::Schema schema) { return Own(schema.Take(), "arrow_schema"); }
nb::object ArrayCapsule(columnar::Array array) { return Own(array.Take(), "arrow_array"); }

}  // namespace dvt::python
